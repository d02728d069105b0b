//! What the doctor found.

use serde::Serialize;

use crate::terminal;

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    /// What was looked at.
    about: &'static str,
    verdict: Verdict,
    /// What was found, in one sentence or less.
    found: String,
    /// What to do, unless nothing is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    todo: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Good,
    /// Works, and should be better.
    Weak,
    Bad,
    /// Could not be looked at.
    Skipped,
}

impl Finding {
    pub(super) fn good(about: &'static str, found: &str) -> Self {
        Self::new(about, Verdict::Good, found, None)
    }

    pub(super) fn weak(about: &'static str, found: &str, todo: &str) -> Self {
        Self::new(about, Verdict::Weak, found, Some(todo))
    }

    pub(super) fn bad(about: &'static str, found: &str, todo: &str) -> Self {
        Self::new(about, Verdict::Bad, found, Some(todo))
    }

    pub(super) fn skipped(about: &'static str, found: &str) -> Self {
        Self::new(about, Verdict::Skipped, found, None)
    }

    fn new(about: &'static str, verdict: Verdict, found: &str, todo: Option<&str>) -> Self {
        Self {
            about,
            verdict,
            found: found.to_owned(),
            todo: todo.map(str::to_owned),
        }
    }
}

/// All of them, told as they come.
pub(super) struct Findings {
    aloud: bool,
    all: Vec<Finding>,
}

impl Findings {
    /// `aloud` writes each as a line when it is found.
    pub(super) fn new(aloud: bool) -> Self {
        Self {
            aloud,
            all: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, finding: Finding) -> anyhow::Result<()> {
        if self.aloud {
            let word = match finding.verdict {
                Verdict::Good => "good   ",
                Verdict::Weak => "weak   ",
                Verdict::Bad => "BAD    ",
                Verdict::Skipped => "skipped",
            };
            terminal::answer(&format!("{word} {}: {}", finding.about, finding.found))?;
            if let Some(todo) = &finding.todo {
                terminal::answer(&format!("        → {todo}"))?;
            }
        }
        self.all.push(finding);
        Ok(())
    }

    /// Whether nothing is bad.
    pub(super) fn healthy(&self) -> bool {
        self.all
            .iter()
            .all(|finding| finding.verdict != Verdict::Bad)
    }

    pub(super) fn all(&self) -> &[Finding] {
        &self.all
    }

    pub(super) fn summary(&self) -> &'static str {
        let weak = self
            .all
            .iter()
            .any(|finding| finding.verdict == Verdict::Weak);
        match (self.healthy(), weak) {
            (false, _) => "attache cannot work like this",
            (true, true) => "attache can work; some of it should be better",
            (true, false) => "attache can work",
        }
    }
}
