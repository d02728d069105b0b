//! Where somebody works, as far as it is known, held against what was said: company, domain, department, title.

use super::candidate::{Candidate, tokens};
use super::word::Word;

/// Whether somebody works where it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// What is known says otherwise.
    Elsewhere,
    /// Another company than the one that was said, if it was one; nothing else is known.
    OtherCompany,
    /// Another department than the one that was said, if it was one; nothing else is known.
    OtherDepartment,
    /// Too little is known.
    Unknown,
    /// She works in the department, or has the title.
    FitsDepartment,
    /// She works for the company; or nothing was said.
    Fits,
}

impl Place {
    /// Whether she works where it was said.
    pub(crate) fn fits(self) -> bool {
        matches!(self, Self::FitsDepartment | Self::Fits)
    }

    /// Whether somebody in this place may be meant as well as somebody who fits in that way.
    pub(crate) fn rivals(self, best: Self) -> bool {
        match self {
            Self::Elsewhere => false,
            Self::OtherCompany => best != Self::Fits,
            Self::OtherDepartment => best != Self::FitsDepartment,
            Self::Unknown | Self::FitsDepartment | Self::Fits => true,
        }
    }
}

/// One department in several words, German and English.
const DEPARTMENTS: &[&str] = &[
    "vertrieb sales verkauf vertriebsabteilung",
    "personal hr personalabteilung personalwesen",
    "finanzen finance finanzabteilung",
    "buchhaltung accounting rechnungswesen",
    "entwicklung development engineering softwareentwicklung",
    "einkauf purchasing procurement beschaffung",
    "recht legal rechtsabteilung",
    "support kundendienst kundenservice kundenbetreuung",
    "it edv informatik",
    "geschaeftsleitung geschaeftsfuehrung management vorstand",
    "produkt product produktmanagement",
    "logistik logistics versand",
    "produktion production fertigung manufacturing",
    "forschung research",
    "betrieb operations",
];
/// Forms of companies: they may be said or not.
const FORMS: &[&str] = &[
    "gmbh", "ag", "kg", "se", "ug", "ohg", "ltd", "limited", "inc", "llc", "corp", "co", "plc",
    "mbh", "srl", "kk",
];
/// Whose domains say nothing about where somebody works.
const MAIL_PROVIDERS: &[&str] = &[
    "gmail",
    "googlemail",
    "outlook",
    "hotmail",
    "live",
    "gmx",
    "web",
    "icloud",
    "yahoo",
    "aol",
    "proton",
    "protonmail",
    "freenet",
    "posteo",
    "mailbox",
];

/// Where a candidate stands to a place.
pub(crate) fn of(said: &[Word], candidate: &Candidate) -> Place {
    let words = |text: &Option<String>| -> Vec<Word> {
        let tokens = text.as_deref().map(tokens).unwrap_or_default();
        tokens.into_iter().map(Word::of).collect()
    };
    let domain = candidate.address.domain();
    let labels: Vec<&str> = domain.split('.').collect();
    let labels = &labels[..labels.len().saturating_sub(1)];
    let mut company = words(&candidate.company);
    company.extend(labels.iter().flat_map(|label| tokens(label)).map(Word::of));
    company.extend(labels.iter().map(|label| Word::of(&tokens(label).concat())));
    let mut department = words(&candidate.department);
    department.extend(words(&candidate.job_title));
    department.extend(words(&candidate.office));
    department.extend(candidate.notes.iter().cloned());

    let said: Vec<&Word> = said
        .iter()
        .filter(|word| !FORMS.contains(&word.ascii()))
        .collect();
    let in_one = Word::of(&said.iter().map(|word| word.plain()).collect::<String>());
    let company_whole = Word::of(
        &candidate
            .company
            .as_deref()
            .map(tokens)
            .unwrap_or_default()
            .concat(),
    );
    let as_company = !said.is_empty()
        && (said
            .iter()
            .all(|word| company.iter().any(|fact| names(word, fact)))
            || company.iter().any(|fact| names(&in_one, fact))
            || in_one.begins(&company_whole));
    let as_department = !said.is_empty()
        && said.iter().all(|word| {
            department
                .iter()
                .chain(&company)
                .any(|fact| names(word, fact))
        });
    if as_company {
        return Place::Fits;
    }
    if as_department {
        return Place::FitsDepartment;
    }
    let provider = labels
        .last()
        .is_some_and(|label| MAIL_PROVIDERS.contains(label));
    let knows_company = candidate.company.is_some() || !provider;
    let knows_department = candidate.department.is_some() || candidate.job_title.is_some();
    match (knows_company, knows_department) {
        (true, true) => Place::Elsewhere,
        (true, false) => Place::OtherCompany,
        (false, true) => Place::OtherDepartment,
        (false, false) => Place::Unknown,
    }
}

/// Whether a word that was said names a word of the facts.
fn names(said: &Word, fact: &Word) -> bool {
    let length = said.plain().chars().count();
    said.is(fact)
        || (length >= 3 && said.begins(fact))
        || (length >= 5 && said.is_near(fact))
        || DEPARTMENTS.iter().any(|row| {
            let is_in = |word: &Word| row.split(' ').any(|one| one == word.ascii());
            is_in(said) && is_in(fact)
        })
}

#[cfg(test)]
mod tests {
    use domain::people::Source;

    use super::*;
    use crate::tools::search_contacts::candidate::{merge, tests::found};

    fn check(said: &str, facts: [&str; 3], address: &str, expected: Place) {
        let [company, department, title] =
            facts.map(|fact| Some(fact.to_owned()).filter(|fact| !fact.is_empty()));
        let mut one = found(Source::People, "Anna", &[address]);
        (one.company, one.department, one.job_title) = (company, department, title);
        let said: Vec<Word> = said.split(' ').map(Word::of).collect();
        let candidates = merge(vec![one]);
        assert_eq!(
            of(&said, &candidates[0]),
            expected,
            "{said:?} {facts:?} {address}"
        );
    }

    #[test]
    fn a_place_is_a_company_a_domain_a_department_or_a_title() {
        use Place::{Fits, FitsDepartment};
        check("Contoso", ["Contoso Ltd", "", ""], "a@c.example", Fits);
        check("Contoso GmbH", ["Contoso Ltd", "", ""], "a@c.example", Fits);
        check("Contoso", ["", "", ""], "a@mail.contoso.example", Fits);
        check(
            "Kieler Werft",
            ["Kieler Werft KG", "", ""],
            "a@x.example",
            Fits,
        );
        check("Kieler Werft", ["", "", ""], "a@kielerwerft.example", Fits);
        check(
            "Messebau Nord",
            ["", "", ""],
            "a@messebau-nord.example",
            Fits,
        );
        check(
            "Marketing",
            ["", "Marketing", ""],
            "a@x.example",
            FitsDepartment,
        );
        check(
            "Marketing",
            ["", "", "Leiterin Marketing"],
            "a@x.example",
            FitsDepartment,
        );
        check("Sales", ["", "Vertrieb", ""], "a@x.example", FitsDepartment);
        check("Kontoso", ["Contoso", "", ""], "a@x.example", Fits);
        check(
            "Vertrieb Contoso",
            ["Contoso", "Vertrieb", ""],
            "a@x.example",
            FitsDepartment,
        );
    }

    #[test]
    fn too_little_is_not_a_contradiction() {
        use Place::{Elsewhere, Fits, FitsDepartment, OtherCompany, OtherDepartment, Unknown};
        check("Marketing", ["", "", ""], "a@x.example", OtherCompany);
        check(
            "Marketing",
            ["", "Vertrieb", ""],
            "a@gmail.com",
            OtherDepartment,
        );
        check("Contoso", ["", "", ""], "a@gmail.com", Unknown);
        check(
            "Marketing",
            ["Contoso", "Vertrieb", ""],
            "a@x.example",
            Elsewhere,
        );
        check("Marketing", ["", "", "Buyer"], "a@x.example", Elsewhere);
        check(
            "Fabrikam",
            ["Contoso", "Vertrieb", ""],
            "a@x.example",
            Elsewhere,
        );
        // Another company rules out a company that fits, and not a department that does.
        assert!(!OtherCompany.rivals(Fits) && OtherCompany.rivals(FitsDepartment));
        assert!(!OtherDepartment.rivals(FitsDepartment) && OtherDepartment.rivals(Fits));
        assert!(!Elsewhere.rivals(Fits) && Unknown.rivals(Fits) && Unknown.rivals(FitsDepartment));
    }
}
