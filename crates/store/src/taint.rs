//! What agents have read of others' words: marks under a key of each agent, for a day after they last read something.
//!
//! No text is kept. The key lies beside the marks and goes with them: it keeps marks of two agents apart and makes what is
//! left in an old backup worth nothing once the key is gone; it does not hide marks from who reads the database today.

use std::fmt::Write as _;

use domain::id::{AgentId, PersonId};
use domain::taint::{Foreign, Mark, Origin, Readings, TaintKey};

use crate::Store;
use crate::database::Write;
use crate::error::Error;

/// How long an agent is watched after it last read something of others, and an hour for who notes it less often.
pub const LIFE_MS: i64 = 25 * 60 * 60 * 1_000;
/// So many texts are kept of one agent; the oldest go first, and that some went is kept instead.
pub const MOST: i64 = 1_000;

const DOING: &str = "note what was read";

impl Store {
    /// Notes, durably, that an agent is about to be given these texts. Answers the key of its marks.
    ///
    /// # Errors
    /// When the database fails; then nothing is noted.
    pub async fn note_foreign(
        &self,
        person: &PersonId,
        agent: &AgentId,
        foreign: &[Foreign],
    ) -> Result<TaintKey, Error> {
        let now = self.now_ms();
        let mut write = self.database().write().await?;
        forget_old(&mut write, now - LIFE_MS).await?;
        let query = sqlx::query(
            "INSERT INTO taints (person, agent, mark_key, first_ms, last_ms) VALUES ($1, $2, $3, $4, $4)
             ON CONFLICT (person, agent) DO UPDATE SET last_ms = excluded.last_ms RETURNING mark_key",
        );
        let query = query
            .bind(person.as_str())
            .bind(agent.as_str())
            .bind(TaintKey::random(self.random()).to_stored())
            .bind(now);
        let row = write.optional(DOING, query).await?;
        let row = row.ok_or(Error::Unreadable { column: "mark_key" })?;
        let key = row.parsed("mark_key", TaintKey::from_stored)?;
        let mut kept = false;
        for one in foreign {
            let marks = key.marks(&one.text);
            // Too short to be recognised: that something was read is all there is to note.
            if marks.is_empty() {
                continue;
            }
            kept = true;
            let query = sqlx::query(
                "INSERT INTO taint_texts (person, agent, mark, origin, marks, seen_ms) VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (person, agent, mark) DO UPDATE SET seen_ms = excluded.seen_ms",
            );
            let query = query
                .bind(person.as_str())
                .bind(agent.as_str())
                .bind(to_text(&[key.whole(one)]))
                .bind(serde_json::to_string(&one.origin).expect("an origin has a JSON form"))
                .bind(to_text(&marks))
                .bind(now);
            write.execute(DOING, query).await?;
        }
        if kept {
            make_room(&mut write, person, agent).await?;
        }
        write.commit(DOING).await?;
        Ok(key)
    }

    /// What an agent has read lately; `None` when it has read nothing of others.
    ///
    /// # Errors
    /// When the database fails or holds what cannot be read: then nothing can be said of the agent.
    pub async fn readings(
        &self,
        person: &PersonId,
        agent: &AgentId,
    ) -> Result<Option<Readings>, Error> {
        let doing = "read what was read";
        let since = self.now_ms() - LIFE_MS;
        let query = sqlx::query(
            "SELECT mark_key, forgotten FROM taints WHERE person = $1 AND agent = $2 AND last_ms >= $3",
        );
        let query = query.bind(person.as_str()).bind(agent.as_str()).bind(since);
        let Some(row) = self.database().optional(doing, query).await? else {
            return Ok(None);
        };
        let key = row.parsed("mark_key", TaintKey::from_stored)?;
        let forgotten = row.yes("forgotten")?;
        let query = sqlx::query(
            "SELECT origin, marks FROM taint_texts WHERE person = $1 AND agent = $2 AND seen_ms >= $3 ORDER BY seen_ms",
        );
        let query = query.bind(person.as_str()).bind(agent.as_str()).bind(since);
        let mut all = Vec::new();
        for row in self.database().rows(doing, query).await? {
            let origin: Origin = row.parsed("origin", |text| serde_json::from_str(text).ok())?;
            let marks = row.parsed("marks", from_text)?;
            all.extend(marks.into_iter().map(|mark| (mark, origin.clone())));
        }
        Ok(Some(Readings::new(key, all, forgotten)))
    }
}

/// What everybody's agents have not read for long enough.
async fn forget_old(write: &mut Write, before: i64) -> Result<(), Error> {
    let texts = sqlx::query("DELETE FROM taint_texts WHERE seen_ms < $1");
    write.execute(DOING, texts.bind(before)).await?;
    let agents = sqlx::query("DELETE FROM taints WHERE last_ms < $1");
    write.execute(DOING, agents.bind(before)).await?;
    Ok(())
}

/// Lets the oldest texts of an agent go if there are too many, and notes that they went.
async fn make_room(write: &mut Write, person: &PersonId, agent: &AgentId) -> Result<(), Error> {
    let beyond = sqlx::query(
        "DELETE FROM taint_texts WHERE person = $1 AND agent = $2 AND mark NOT IN
            (SELECT mark FROM taint_texts WHERE person = $1 AND agent = $2 ORDER BY seen_ms DESC, mark LIMIT $3)",
    );
    let beyond = beyond.bind(person.as_str()).bind(agent.as_str()).bind(MOST);
    if write.execute(DOING, beyond).await? == 0 {
        return Ok(());
    }
    let noted = sqlx::query("UPDATE taints SET forgotten = 1 WHERE person = $1 AND agent = $2");
    let noted = noted.bind(person.as_str()).bind(agent.as_str());
    write.execute(DOING, noted).await?;
    Ok(())
}

/// Marks as text: 16 hexadecimal digits each.
fn to_text(marks: &[Mark]) -> String {
    marks.iter().fold(String::new(), |mut text, mark| {
        write!(text, "{mark:016x}").expect("a string takes everything");
        text
    })
}

fn from_text(text: &str) -> Option<Vec<Mark>> {
    let chunks = text.as_bytes().chunks(16);
    let one = |chunk: &[u8]| {
        let digits = std::str::from_utf8(chunk)
            .ok()
            .filter(|_| chunk.len() == 16)?;
        Mark::from_str_radix(digits, 16).ok()
    };
    chunks.map(one).collect()
}
