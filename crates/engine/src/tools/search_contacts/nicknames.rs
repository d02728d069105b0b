//! Names people are called by instead of their own: German and English, and given names that are one in two languages.

use std::collections::HashMap;
use std::sync::LazyLock;

/// One given name in a line, in all its forms: the full ones, then the short ones. In the spelling without umlauts.
const ROWS: &[&str] = &[
    // English.
    "william wilhelm bill billy will willy willi liam",
    "robert bob bobby rob robbie bert robin rupert",
    "richard dick rick rich ricky richie",
    "james jim jimmy jamie jem",
    "john jon jack johnny jonny",
    "jonathan jon jonny nathan",
    "joseph josef joe joey jo sepp seppi sepperl pepi beppo jupp josi",
    "thomas tom tommy thom tomas",
    "michael mike mick mickey michi michel mischa micha michele",
    "matthew matt matty matthias mathias mats matze hias hiasl matthaeus",
    "christopher christoph chris kit topher stoffel christof kristof stoffl",
    "christian chris kris krischan christer",
    "christine christina chris chrissie tina kristina kristin kirsten stine christl christa",
    "charles karl carl charlie chuck chas kalle karli",
    "edward ed eddie ted ned teddy eduard edi ede",
    "edmund ed eddie ned mundl",
    "theodore theodor ted teddy theo teo",
    "david dave davy davey",
    "daniel dan danny dani",
    "andrew andy drew andreas andi andre anders",
    "anthony antony tony anton toni",
    "antonia toni antje tonja",
    "alexander alex sascha sasha xander lex al sandro alec",
    "alexandra alex sandra sascha sasha lexi alexa",
    "alfred alf fred freddy fredi",
    "frederick frederic friedrich fred freddy fritz fritzi rick friedl frieder fredrik",
    "frank francis franz frankie franzl franky francesco francois",
    "franziska frances fran fanny franzi sissi ziska francesca",
    "benjamin ben benny benni benji",
    "benedict benedikt ben bene benny dick",
    "nicholas nicolas nikolaus nick nicky niko nico klaus claus niklas nik nikolai",
    "nicole nicola nicki nici nika",
    "patrick pat paddy patrice",
    "patricia pat patty trish tricia patsy patrizia",
    "peter pete pit piet",
    "philip philipp phillip phil pip lip",
    "samuel sam sammy sami",
    "samantha sam sammy",
    "stephen steven stefan stephan steve stevie steffen steff steph stephane",
    "stephanie stefanie steffi steph stef steffie",
    "timothy tim timmy timo",
    "gregory greg gregor gregg",
    "gerald gerry jerry gerd gerold",
    "gerhard gerd gert gerry hardy",
    "geoffrey jeffrey geoff jeff gottfried",
    "lawrence laurence larry lawrie lorenz lars laurenz",
    "leonard leonhard leo len lenny leon lenni hartl",
    "leopold leo poldi",
    "henry harry hank heinrich heinz heiner hal henri hinnerk henrik hendrik",
    "harold harry hal harald",
    "raymond ray raimund mundi",
    "ronald ron ronnie roland",
    "donald don donny",
    "douglas doug",
    "kenneth ken kenny",
    "vincent vince vinny vinzenz zenz",
    "victor viktor vic vicky",
    "victoria viktoria vicky vicki tori",
    "walter walt wally",
    "maximilian max maxi maxl maximiliane maxim",
    "elizabeth elisabeth liz lizzie beth betty eliza lisa lisbeth elli sissi liesl lieschen elise lis else elsa elisa",
    "katherine catherine katharina kathryn kate katie kathy cathy kitty kat kathi kati kaethe katja katrin kathrin catrin katarina trina ",
    "margaret margarete margarethe maggie meg peggy marge greta grete gretel rita margret margit gitta gretl margarita",
    "mary maria marie molly polly mia mitzi mariechen marietta ria",
    "rebecca rebekka becky bekki becca",
    "jennifer jenny jen jenni",
    "jessica jess jessie",
    "susan susanne susanna sue suzie susi suse sanne suzanne zuzana",
    "deborah debra deb debbie debora",
    "barbara barb babs barbie babsi baerbel baerbl barbro",
    "dorothy dorothea dot dottie dolly thea doro dorle dora dorothee",
    "eleanor eleonore nell nora ellie elli lore leonore helen helene lena ella leni hella",
    "magdalena lena magda leni madeleine maddie alena",
    "emily emilia em emmy milly emmi mila",
    "isabella isabelle isabel bella izzy isa belle isabell",
    "jacqueline jackie jacky",
    "judith judy jutta judit",
    "julia julie jules jule julchen juliane juliana",
    "kimberly kim",
    "laura laurie lori lara",
    "linda lindy belinda",
    "anna anne ann annie anni aenne annika nan nancy",
    "johanna hanna hannah joanna jo hanni johanne joan jane",
    "pamela pam",
    "penelope penny",
    "roberta bobbie",
    "ruth ruthie",
    "sarah sara sally sadie",
    "shawn sean shaun",
    "teresa theresa theresia terry tess tessa resi therese reserl thea",
    "terence terry terrence",
    "valerie val valeria",
    "virginia ginny ginger",
    "angela angie geli angelika angelica angelina",
    "abigail abby gail",
    "amanda mandy",
    "cynthia cindy",
    "sandra sandy",
    "caroline carolin karoline carol carrie lina line caro karo carola karola carolina",
    "charlotte lotte lotti lottie charlie",
    "florence flo florentine",
    "florian flo flori",
    "georgina georgia georgie",
    "george georg jorge joerg juergen schorsch jurg girgl jorg jurgen",
    "gabriele gabriela gabi gaby gabrielle",
    "gabriel gabe gabi",
    "martin marty mart martl marten maarten",
    "martina tina martha",
    "mark marc marcus markus marco marko",
    "nathaniel nathan nate nat",
    "oliver ollie olli olly",
    "oscar oskar ossi",
    "paul pauli pavel paolo pablo",
    "paula paulina pauline paulchen",
    "rudolf rudolph rudi rudy ralf rolf",
    "russell russ",
    "simon si simi",
    "stanley stan",
    "vanessa nessa",
    "zachary zach zack",
    "joshua josh",
    "jacob jakob jake jack jascha",
    "lucas lukas luke luca luc",
    "lucia lucy luzie luise louise lou lulu",
    "ludwig louis lewis lutz luis wiggerl lou",
    "eugene eugen gene",
    "arthur artur art artie",
    "albert al bert albrecht adalbert berti",
    "allan alan allen al",
    // German.
    "johannes johann hans hannes hansi jo hanns hansl johan",
    "ulrich ulli uli udo utz",
    "ulrike uli ulli ulla rike",
    "ursula uschi ulla urs ursel",
    "wolfgang wolf wolfi wolle wolferl",
    "guenter guenther gunter gunther guenni",
    "siegfried sigi siggi sigfrid",
    "sieglinde sigi linde",
    "bernhard bernd berni bernard bernie hardy",
    "berthold bert bertl berti",
    "burkhard burkhart buko hardy",
    "dietrich dieter dirk didi",
    "ekkehard ekki eckhard ecki eckart",
    "ernst ernie ernesto ernest",
    "erwin erv",
    "ferdinand ferdi fernando ferdl",
    "manfred manni fred manne",
    "norbert nobby bert nobbi",
    "reinhard reinhold reiner rainer hardy reini",
    "ruediger ruedi rudi",
    "sebastian basti seb bastian wastl bastl",
    "tobias tobi toby",
    "valentin valle vali valentino",
    "xaver xavier xaverl",
    "dominik dominic dom nick domi",
    "konrad conrad conny konni radl",
    "cornelia kornelia conny nele conni corny nelly",
    "cornelius conny niels nils",
    "constantin konstantin kosta tino costa",
    "valentina tina vale",
    "bettina tina betty",
    "brigitte gitte gitta biggi britta birgit brigitta bridget",
    "christiane jane chris chrissi",
    "claudia claudi",
    "daniela dani danielle",
    "edeltraud traudl traudel edel",
    "gertrud trude gerti traudl trudi gertrude",
    "gisela gisi gila",
    "hannelore hanne lore hanni",
    "heidemarie heidi adelheid heide",
    "henriette henny jette henni",
    "hildegard hilde hildi",
    "irmgard irmi irma",
    "jasmin yasmin yasmine jasmine jassi",
    "josefine josephine josi josie fine finni peppi",
    "kunigunde gundi kuni",
    "leonie leo loni",
    "liselotte lilo lotte liesl lilly",
    "manuela manu ela",
    "manuel manu manolo",
    "emanuel immanuel manu",
    "melanie mel melli meli",
    "mechthild mechtild thilde mecki",
    "michaela michi ela micha michelle",
    "monika moni monica mona",
    "natalie nathalie natascha nat tascha natalia",
    "regina regine gina reni",
    "renate nate reni rena",
    "rosemarie rosi romy rose rosa",
    "sabine bine sabina binchen",
    "silvia sylvia silvi sylvie",
    "sonja sonya sonia sophie sofie sophia sofia sofi fia",
    "veronika vroni veronica ronni verena vera vreni",
    "waltraud traudl traudel waltraut",
    "wilhelmine minna mina helma wilma",
    "annabelle annabel anabel anna bella",
    "amalia amelie amalie mali",
    "eva evi evelyn ev eve evchen",
    "friederike rike fritzi friedl frieda",
    "heike heidrun heidi",
    "karl-heinz karlheinz kalle heinz",
    "joachim jochen achim jo jockel hajo",
    "hans-joachim hajo achim jochen hans",
    "hans-juergen hajo juergen hans",
    "klaus-peter klape klaus peter kp",
    "hans-peter hape hans peter hanspeter",
    "eberhard ebi hardy",
    "gottlieb theophil goetz",
    "ignaz naz ignatius",
    "korbinian korbi",
    "alois loisl aloys lois luis",
    "quirin girgl quirinus",
    "vitus veit",
    "mehmet memo mohammed muhammad mohamed mo",
    "mustafa musti",
    "fatma fatima fati",
    "aleksandra ola alexandra sandra",
    "katarzyna kasia katharina",
    "malgorzata gosia margarete",
];

/// In which lines each name stands.
static LINES: LazyLock<HashMap<&str, Vec<usize>>> = LazyLock::new(|| {
    let mut lines: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, line) in ROWS.iter().enumerate() {
        for name in line.split(' ') {
            lines.entry(name).or_default().push(at);
        }
    }
    lines
});

/// Whether two given names may be one person's: both are in one line. Both in the spelling without umlauts.
pub(crate) fn same_name(a: &str, b: &str) -> bool {
    match (LINES.get(a), LINES.get(b)) {
        (Some(these), Some(those)) => a != b && these.iter().any(|line| those.contains(line)),
        _ => false,
    }
}

/// Other names of whoever is called by one, the full ones first; at most `most`.
pub(crate) fn others(name: &str, most: usize) -> Vec<&'static str> {
    let mut others: Vec<&str> = Vec::new();
    for line in LINES.get(name).into_iter().flatten() {
        for other in ROWS[*line].split(' ') {
            if other != name && !others.contains(&other) && others.len() < most {
                others.push(other);
            }
        }
    }
    others
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nicknames_in_both_languages_are_known() {
        for (called, name) in [
            ("bill", "william"),
            ("bob", "robert"),
            ("liz", "elizabeth"),
            ("kate", "katherine"),
            ("peggy", "margaret"),
            ("jack", "john"),
            ("sepp", "josef"),
            ("hannes", "johannes"),
            ("hans", "johannes"),
            ("uli", "ulrike"),
            ("uli", "ulrich"),
            ("fritz", "friedrich"),
            ("schorsch", "georg"),
            ("uschi", "ursula"),
            ("steffi", "stefanie"),
            ("max", "maximilian"),
            ("basti", "sebastian"),
            ("jochen", "joachim"),
            ("lena", "magdalena"),
            ("gabi", "gabriele"),
            ("sean", "shawn"),
        ] {
            assert!(
                same_name(called, name) && same_name(name, called),
                "{called}"
            );
        }
        for (a, b) in [
            ("bill", "robert"),
            ("anna", "anna"),
            ("berger", "anna"),
            ("", "anna"),
        ] {
            assert!(!same_name(a, b), "{a} {b}");
        }
    }

    #[test]
    fn the_full_names_come_first() {
        assert_eq!(others("bill", 2), ["william", "wilhelm"]);
        assert!(others("uli", 9).contains(&"ulrike") && others("uli", 9).contains(&"ulrich"));
        assert_eq!(others("berger", 9), [""; 0]);
    }

    #[test]
    fn the_table_is_written_as_it_is_compared() {
        for line in ROWS {
            assert!(!line.contains("  ") && line.contains(' '), "{line}");
            let forms = line.split(' ').flat_map(super::super::spelling::forms);
            let written: Vec<&str> = line.split(' ').collect();
            assert_eq!(forms.collect::<Vec<_>>(), written, "{line}");
        }
    }
}
