//! Contacts, relevant people and users as Graph gives them.

use domain::people::{Address, Found, Source};
use domain::text::one_line;
use serde::Deserialize;

pub(crate) const CONTACT_SELECT: &str = "displayName,givenName,surname,nickName,emailAddresses,jobTitle,department,companyName,officeLocation";
pub(crate) const PERSON_SELECT: &str = "displayName,givenName,surname,scoredEmailAddresses,userPrincipalName,jobTitle,department,companyName,officeLocation,personType";
pub(crate) const USER_SELECT: &str = "id,displayName,givenName,surname,mail,userPrincipalName";
pub(crate) const ME_SELECT: &str =
    "id,displayName,mail,userPrincipalName,jobTitle,preferredLanguage";

/// A search text that can stand inside quotes: without quotes, backslashes and colons, one line. `None` if nothing is left.
pub(crate) fn quoted(query: &str) -> Option<String> {
    let plain: String = query
        .chars()
        .map(|c| if "\"\\:".contains(c) { ' ' } else { c })
        .collect();
    Some(one_line(&plain, 120)).filter(|text| !text.is_empty())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireContact {
    display_name: Option<String>,
    given_name: Option<String>,
    surname: Option<String>,
    nick_name: Option<String>,
    email_addresses: Option<Vec<WireAddress>>,
    job_title: Option<String>,
    department: Option<String>,
    company_name: Option<String>,
    office_location: Option<String>,
    #[serde(default, rename = "error", deserialize_with = "no_item")]
    _error: (),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WirePerson {
    display_name: Option<String>,
    given_name: Option<String>,
    surname: Option<String>,
    scored_email_addresses: Option<Vec<WireAddress>>,
    user_principal_name: Option<String>,
    job_title: Option<String>,
    department: Option<String>,
    company_name: Option<String>,
    office_location: Option<String>,
    person_type: Option<WireType>,
    #[serde(default, rename = "error", deserialize_with = "no_item")]
    _error: (),
}

/// A folder of contacts.
#[derive(Deserialize)]
pub(crate) struct WireFolder {
    pub(crate) id: String,
}

#[derive(Deserialize)]
struct WireType {
    class: Option<String>,
}

#[derive(Deserialize)]
struct WireAddress {
    address: Option<String>,
}

/// A user: somebody of the directory, or the person herself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireUser {
    pub(crate) id: String,
    pub(crate) display_name: Option<String>,
    pub(crate) given_name: Option<String>,
    pub(crate) surname: Option<String>,
    pub(crate) mail: Option<String>,
    pub(crate) user_principal_name: Option<String>,
    pub(crate) job_title: Option<String>,
    pub(crate) preferred_language: Option<String>,
}

impl WireContact {
    pub(crate) fn found(self) -> Found {
        let addresses = addresses(self.email_addresses);
        Found {
            name: line(self.display_name).unwrap_or_default(),
            given_name: line(self.given_name),
            surname: line(self.surname),
            nickname: line(self.nick_name),
            addresses,
            job_title: line(self.job_title),
            department: line(self.department),
            company: line(self.company_name),
            office: line(self.office_location),
            group: false,
            guest: false,
            source: Source::Contacts,
        }
    }
}

impl WirePerson {
    pub(crate) fn found(self) -> Found {
        let class = self
            .person_type
            .and_then(|kind| kind.class)
            .unwrap_or_default();
        Found {
            name: line(self.display_name).unwrap_or_default(),
            given_name: line(self.given_name),
            surname: line(self.surname),
            nickname: None,
            addresses: addresses(self.scored_email_addresses),
            job_title: line(self.job_title),
            department: line(self.department),
            company: line(self.company_name),
            office: line(self.office_location),
            group: class.eq_ignore_ascii_case("group"),
            guest: is_guest(self.user_principal_name.as_deref()),
            source: Source::People,
        }
    }
}

impl WireUser {
    /// Without `mail` there is no mailbox to invite: the sign-in name is no address.
    pub(crate) fn found(self) -> Found {
        Found {
            name: line(self.display_name).unwrap_or_default(),
            given_name: line(self.given_name),
            surname: line(self.surname),
            nickname: None,
            addresses: self
                .mail
                .as_deref()
                .and_then(|mail| Address::parse(mail).ok())
                .into_iter()
                .collect(),
            job_title: line(self.job_title),
            department: None,
            company: None,
            office: None,
            group: false,
            guest: is_guest(self.user_principal_name.as_deref()),
            source: Source::Directory,
        }
    }
}

/// An error in the place of an item, under a status that says success: seen at Graph. It must not pass for somebody without
/// a name.
fn no_item<'de, D: serde::Deserializer<'de>>(_: D) -> Result<(), D::Error> {
    Err(serde::de::Error::custom("an error in the place of an item"))
}

fn addresses(list: Option<Vec<WireAddress>>) -> Vec<Address> {
    let mut addresses: Vec<Address> = Vec::new();
    for address in list
        .unwrap_or_default()
        .into_iter()
        .filter_map(|wire| Address::parse(&wire.address?).ok())
    {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses
}

fn is_guest(user_principal_name: Option<&str>) -> bool {
    user_principal_name.is_some_and(|name| name.to_ascii_uppercase().contains("#EXT#"))
}

fn line(text: Option<String>) -> Option<String> {
    text.map(|text| one_line(&text, 255))
        .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_search_text_cannot_leave_its_quotes() {
        assert_eq!(quoted("Anna"), Some("Anna".into()));
        assert_eq!(quoted("a\" OR \"mail:x\\"), Some("a OR mail x".into()));
        assert_eq!(quoted(" \"\u{200b}: "), None);
    }

    #[test]
    fn a_guest_a_group_and_somebody_without_a_mailbox_are_told_apart() {
        let user = |user: serde_json::Value| {
            serde_json::from_value::<WireUser>(user)
                .expect("a user")
                .found()
        };
        let guest = user(
            json!({ "id": "1", "displayName": "Gus", "mail": "gus@y.example", "userPrincipalName": "gus_y.example#EXT#@x.example" }),
        );
        assert!(guest.guest && guest.addresses.len() == 1);
        let boxless = user(
            json!({ "id": "1", "displayName": "Bo", "mail": null, "userPrincipalName": "bo@x.example" }),
        );
        assert!(!boxless.guest && boxless.addresses.is_empty());
        let group = json!({ "displayName": "Team", "personType": { "class": "Group", "subclass": "UnifiedGroup" },
            "scoredEmailAddresses": [{ "address": "t@x.example", "relevanceScore": -3 }, { "address": "T@X.example" }, { "address": null }] });
        let group = serde_json::from_value::<WirePerson>(group)
            .expect("a person")
            .found();
        assert!(group.group && group.addresses.len() == 1);
    }
}
