//! The people of the company.

use crate::access::Standing;
use crate::company::{Account, DistributionList, Hours, PersonId};
use crate::random::Seeded;
use crate::tenant::TenantId;

struct Seed {
    given_name: &'static str,
    surname: &'static str,
    address: &'static str,
    job_title: &'static str,
    department: &'static str,
    office: &'static str,
    language: &'static str,
    zone: &'static str,
}

const BERLIN: &str = "W. Europe Standard Time";
const LONDON: &str = "GMT Standard Time";
const NEW_YORK: &str = "Eastern Standard Time";

/// The administrator comes first, then the main member of the demo.
const PEOPLE: &[Seed] = &[
    seed(
        "Katrin",
        "Vogel",
        "katrin.vogel",
        "Leiterin IT",
        "IT",
        "Hamburg",
        "de-DE",
        BERLIN,
    ),
    seed(
        "Lena",
        "Hoffmann",
        "lena.hoffmann",
        "Key Account Managerin",
        "Vertrieb",
        "Hamburg",
        "de-DE",
        BERLIN,
    ),
    seed(
        "Anna",
        "Berger",
        "anna.berger",
        "Leiterin Marketing",
        "Marketing",
        "Hamburg",
        "de-DE",
        BERLIN,
    ),
    seed(
        "Anna",
        "Brandt",
        "anna.brandt",
        "Controllerin",
        "Finanzen",
        "Berlin",
        "de-DE",
        BERLIN,
    ),
    seed(
        "Markus",
        "Keller",
        "markus.keller",
        "Geschäftsführer",
        "Geschäftsleitung",
        "Hamburg",
        "de-DE",
        BERLIN,
    ),
    seed(
        "Jonas",
        "Weber",
        "jonas.weber",
        "Softwareentwickler",
        "Entwicklung",
        "Berlin",
        "de-DE",
        BERLIN,
    ),
    seed(
        "Sophie",
        "Lindner",
        "sophie.lindner",
        "Produktmanagerin",
        "Produkt",
        "Hamburg",
        "de-DE",
        BERLIN,
    ),
    seed(
        "Tobias",
        "Krüger",
        "tobias.krueger",
        "Account Manager",
        "Vertrieb",
        "Hamburg",
        "de-DE",
        BERLIN,
    ),
    seed(
        "Fatma",
        "Yıldız",
        "fatma.yildiz",
        "Personalreferentin",
        "Personal",
        "Hamburg",
        "de-DE",
        BERLIN,
    ),
    seed(
        "Nils",
        "Petersen",
        "nils.petersen",
        "Kundenbetreuer",
        "Support",
        "Kiel",
        "de-DE",
        BERLIN,
    ),
    seed(
        "Michael",
        "Carter",
        "michael.carter",
        "Head of Sales US",
        "Sales",
        "New York",
        "en-US",
        NEW_YORK,
    ),
    seed(
        "Emily",
        "Clarke",
        "emily.clarke",
        "Partner Manager",
        "Sales",
        "London",
        "en-GB",
        LONDON,
    ),
];

/// The guest of the directory: a customer with an account of his own company.
const GUEST: Seed = seed(
    "Paul",
    "Schneider",
    "paul.schneider",
    "Einkaufsleiter",
    "Einkauf",
    "Bremen",
    "de-DE",
    BERLIN,
);
pub(super) const GUEST_DOMAIN: &str = "hafenbau.example";

/// The people of the organisation next door: the administrator first, then the guest at home.
const NEIGHBOURS: &[Seed] = &[
    seed(
        "Greta",
        "Olsen",
        "greta.olsen",
        "IT-Leiterin",
        "IT",
        "Bremen",
        "de-DE",
        BERLIN,
    ),
    GUEST,
];

/// Somebody with a personal account, which no organisation manages.
const PERSONAL: Seed = seed("Mia", "Sommer", "mia.sommer", "", "", "", "de-DE", BERLIN);
pub(super) const PERSONAL_DOMAIN: &str = "briefkasten.example";
/// The rooms: in the directory like people, without a password.
const ROOMS: &[Seed] = &[
    seed(
        "Raum",
        "Alster",
        "raum.alster",
        "",
        "",
        "Hamburg",
        "de-DE",
        BERLIN,
    ),
    seed(
        "Raum",
        "Spree",
        "raum.spree",
        "",
        "",
        "Berlin",
        "de-DE",
        BERLIN,
    ),
];

#[expect(clippy::too_many_arguments, reason = "a row of a table")]
const fn seed(
    given_name: &'static str,
    surname: &'static str,
    address: &'static str,
    job_title: &'static str,
    department: &'static str,
    office: &'static str,
    language: &'static str,
    zone: &'static str,
) -> Seed {
    Seed {
        given_name,
        surname,
        address,
        job_title,
        department,
        office,
        language,
        zone,
    }
}

/// Everybody in the directory, in the order of the table, then the guest, the neighbour's people, the personal account,
/// and the rooms.
pub(crate) fn accounts(domain: &str, ids: &mut Seeded) -> Vec<Account> {
    let mut accounts: Vec<Account> = PEOPLE
        .iter()
        .enumerate()
        .map(|(index, seed)| {
            let login = format!("{}@{domain}", seed.address);
            let first = seed.address.split('.').next().unwrap_or_default();
            account(
                seed,
                login.clone(),
                login,
                Some(format!("nordwind-{first}")),
                index,
                ids,
            )
        })
        .collect();
    let login = format!("{}_{GUEST_DOMAIN}#EXT#@{domain}", GUEST.address);
    let mail = format!("{}@{GUEST_DOMAIN}", GUEST.address);
    accounts.push(account(&GUEST, login, mail, None, PEOPLE.len(), ids));
    accounts.extend(others(ids));
    for (index, seed) in ROOMS.iter().enumerate() {
        let login = format!("{}@{domain}", seed.address);
        accounts.push(Account {
            guest: false,
            administrator: false,
            room: true,
            mobile: None,
            ..account(seed, login.clone(), login, None, 50 + index, ids)
        });
    }
    accounts
}

/// The people of the other organisations: the neighbour's, and the personal account.
pub(super) fn others(ids: &mut Seeded) -> Vec<Account> {
    let mut accounts = Vec::new();
    for (index, seed) in NEIGHBOURS.iter().enumerate() {
        let login = format!("{}@{GUEST_DOMAIN}", seed.address);
        let first = seed.address.split('.').next().unwrap_or_default();
        let password = Some(format!("hafenbau-{first}"));
        accounts.push(Account {
            tenant: TenantId(1),
            administrator: index == 0,
            ..account(seed, login.clone(), login, password, index, ids)
        });
    }
    let login = format!("{}@{PERSONAL_DOMAIN}", PERSONAL.address);
    let password = Some("briefkasten-mia".to_owned());
    accounts.push(Account {
        tenant: TenantId(2),
        administrator: false,
        ..account(&PERSONAL, login.clone(), login, password, 0, ids)
    });
    accounts
}

/// The distribution lists: sales, and everybody in Hamburg who is not in sales.
pub(crate) fn lists(domain: &str) -> Vec<DistributionList> {
    let list = |name: &str, members: &[usize]| DistributionList {
        tenant: TenantId::HOME,
        address: format!("{name}@{domain}"),
        name: None,
        members: members.iter().copied().map(PersonId).collect(),
    };
    vec![list("vertrieb", &[1, 7]), list("hamburg", &[0, 2, 4, 6, 8])]
}

fn account(
    seed: &Seed,
    login: String,
    mail: String,
    password: Option<String>,
    index: usize,
    ids: &mut Seeded,
) -> Account {
    Account {
        login,
        mail,
        tenant: TenantId::HOME,
        guest: password.is_none(),
        password,
        given_name: seed.given_name.to_owned(),
        surname: seed.surname.to_owned(),
        object_id: ids.guid(),
        administrator: index == 0,
        job_title: seed.job_title.to_owned(),
        department: seed.department.to_owned(),
        office: seed.office.to_owned(),
        phone: format!("+49 40 5550 1{index:02}"),
        mobile: (index % 2 == 1).then(|| format!("+49 151 5550 1{index:02}")),
        language: seed.language,
        zone: seed.zone,
        hours: match seed.address {
            "michael.carter" => Hours::Customized,
            "nils.petersen" => Hours::Absent,
            _ => Hours::Named,
        },
        room: false,
        tokens_valid_from: None,
        standing: Standing::default(),
    }
}
