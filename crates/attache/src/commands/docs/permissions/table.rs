//! A table as plain text: columns two spaces apart, and a blank line where the first cell changes.

/// Lines of cells. No cell is empty or holds two spaces in a row, so that a reader can take a line apart again.
pub(super) struct Table<const N: usize> {
    lines: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    pub(super) fn new(head: [&str; N]) -> Self {
        Self {
            lines: vec![head.map(str::to_owned)],
        }
    }

    pub(super) fn add(&mut self, cells: [&str; N]) {
        self.lines.push(cells.map(str::to_owned));
    }

    pub(super) fn text(&self) -> String {
        let width = |column: usize| {
            let cells = self.lines.iter().filter_map(|line| line.get(column));
            cells.map(String::len).max().unwrap_or(0)
        };
        let mut text = String::new();
        let mut before: Option<&String> = None;
        for line in &self.lines {
            let first = line.first();
            if before.is_some() && before != first {
                text.push('\n');
            }
            before = first;
            let cells = line.iter().enumerate();
            let padded: Vec<String> = cells
                .map(|(column, cell)| format!("{cell:<width$}", width = width(column)))
                .collect();
            text.push_str(padded.join("  ").trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other_and_groups_apart() {
        let mut table = Table::new(["tool", "level"]);
        table.add(["a", "deny"]);
        table.add(["a", "ask"]);
        table.add(["longer", "ask"]);
        assert_eq!(
            table.text(),
            "tool    level\n\na       deny\na       ask\n\nlonger  ask\n"
        );
    }
}
