//! What the table of a section is made of.

/// One section of the file.
#[derive(Debug)]
pub(crate) struct Section {
    /// Its name in brackets.
    pub(crate) name: &'static str,
    /// One sentence: what it is about.
    pub(crate) about: &'static str,
    /// Its settings.
    pub(crate) keys: &'static [Key],
}

/// One setting.
#[derive(Debug)]
pub(crate) struct Key {
    /// Its name inside the section.
    pub(crate) name: &'static str,
    /// Its default as a TOML literal, or how to obtain it.
    pub(crate) default: Default,
    /// Which values are accepted, in words.
    pub(crate) accepts: &'static str,
    /// What it is for, in sentences.
    pub(crate) about: &'static str,
}

/// What holds when a setting is not given.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Default {
    /// This TOML literal.
    Is(&'static str),
    /// Nothing; the text is an example for the documents.
    Unset(&'static str),
    /// Nothing, and whatever is given is never shown; `<name>_file` names a file that holds it instead.
    Secret(&'static str),
}
