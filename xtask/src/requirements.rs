//! The security requirements that attache is built against, and that each has a test named after it.
//!
//! P is what agents call, A approvals, U text from others, L the record, R limits. `grep -rn 'fn a6_'` finds the proof of A6.
//! What has no test yet says why, and cannot keep saying so once it has one.

use std::fs;

use crate::{output, root};

/// A line for each: its number, and what it asks for.
const REQUIREMENTS: &str = "\
p1 a denied tool is neither listed nor callable, on every surface
p2 a changed level counts for every call after the answer
p3 an unknown, missing or unreadable level is Deny
p4 names of tools are exact, and headers agree with the body
p5 origin and host are checked
p6 arguments are as the published schema says, within limits
p7 owning a handle is not enough
p8 request state is sealed and used once
p9 definitions are constants of the build, and their hash is known
p10 only named fields come out
p11 nobody sees by attache what Microsoft does not show her
a1 what waits is the resolved call, with a digest over all of it
a2 what runs is what was stored; a changed repetition is another call
a3 only the owner decides
a4 no client's statement is an approval; a link decides nothing
a5 opening a link never decides, and the page cannot be framed
a6 one yes runs once
a7 what waits expires
a8 everything is checked again when it runs
a9 an event that changed after it was shown is not touched
a10 a read that waits shows nothing
a11 the card shows everything that would happen
a12 copied text is marked with where it comes from
a13 an agent's own explanation stands apart
a14 look-alike domains are shown as what they are
a15 no is as easy as yes, and nobody is asked the same again at once
a16 there is no yes to everything
a18 a spoken yes is for what was read back
a19 an unknown end is looked for before anything is tried again
a20 every step of an approval is on record with what was shown
u1 what others wrote is named as theirs
u2 nothing hidden comes through
u3 an unanswered invitation from outside shows title and time only
u4 no text makes anybody fetch anything
u5 who has read others' words asks before reaching outside
u6 no tool changes levels, decides, connects or reads the record
u7 calls and writes of a turn are bounded
u8 nothing is remembered of others' text across sessions
u9 a name leads to nobody else, and an invitation is no address book
u11 a model that obeys every text does no harm
l1 nothing is sent before it is on record
l2 an entry says who, what, by which level, and with what end
l3 chain, tree and signed checkpoints agree, and never two ends
l4 every change is found offline
l5 the record's key is its own, and older ones still verify
l6 no secret and no content, or content that can be erased
l7 everything that matters is on record
l8 exports are what the published schema says
l9 one event is one line, whatever is in it
l10 nobody edits, and retention takes whole segments
l11 the record names the requests that Microsoft's logs name
r1 limits for people, agents and organisations outlive a restart
r2 everything is bounded
r3 Microsoft is asked with restraint; there is no circuit breaker yet
r4 overload is refused at once, and decisions stay possible
r5 hostile connections do not slow others down
a17 how people decide is measured";

/// Why nothing proves it yet.
const NOT_YET: [(&str, &str); 5] = [
    (
        "p8",
        "no request state is handed out: MCP is served without it (decision 2)",
    ),
    ("a13", "agents cannot give one"),
    ("a18", "there is no assistant yet"),
    ("u7", "there is no assistant yet"),
    ("u8", "there is no assistant yet"),
];

/// The names of all tests that git knows, in Rust and in Python.
fn tests() -> Vec<String> {
    let files = output("git", &["ls-files", "*.rs", "tests/*.py"]).expect("git lists files");
    let mut found = Vec::new();
    for name in files.lines() {
        let text = fs::read_to_string(root().join(name)).unwrap_or_default();
        let lines = text.lines().map(str::trim);
        if name.ends_with(".py") {
            let tests = lines.filter_map(|line| line.strip_prefix("def test_"));
            found.extend(tests.map(name_of));
            continue;
        }
        let mut is_test = false;
        for line in lines {
            if line.starts_with("#[") {
                is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
            } else if let Some(rest) = line.strip_prefix("fn ").or(line.strip_prefix("async fn ")) {
                // Those of a store are written for both databases at once, by a macro that attributes them.
                if is_test || name.starts_with("crates/store/tests/") {
                    found.push(name_of(rest));
                }
                is_test = false;
            }
        }
    }
    found
}

fn name_of(rest: &str) -> String {
    rest.split(['(', '<']).next().unwrap_or(rest).to_owned()
}

#[test]
fn every_requirement_has_a_test_named_after_it_or_says_why_not() {
    let tests = tests();
    assert!(tests.len() > 900, "only {} tests were found", tests.len());
    let mut wrong = Vec::new();
    for line in REQUIREMENTS.lines() {
        let (id, what) = line.split_once(' ').expect("a number and words");
        let prefix = format!("{id}_");
        let proved = tests.iter().any(|name| name.starts_with(&prefix));
        match NOT_YET.iter().find(|(other, _)| *other == id) {
            None if !proved => wrong.push(format!("{id} ({what}) has no test named `{prefix}…`")),
            Some((_, why)) if proved => {
                wrong.push(format!("{id} has a test and still says: {why}"));
            }
            None | Some(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
