# Die Worte der Seiten auf Deutsch. en.ftl hat dieselben Kennungen mit denselben Variablen.

## Rahmen

skip = Zum Inhalt springen
simulator = Simulator: Das ist nicht Microsoft
nav-label = Bereiche
nav-integrations = Integrationen
nav-approvals = Freigaben
nav-activity = Aktivität
nav-keys = Schlüssel
nav-tools = Werkzeuge
language-label = Sprache
sign-out = Abmelden
signed-in-as = Angemeldet als
footer = Handelt nur als Sie, nur mit den Werkzeugen, die Ihre Administration erlaubt hat, und hält jeden Schritt fest.
next-page = Ältere
copy = Kopieren
copied = Kopiert
cancel = Abbrechen
not-yet = Noch nicht
never = Nie
utc = Zeiten stehen in UTC, bis ein Kalender verbunden ist.
times-in = Zeiten stehen in { $zone }.

## Stufen und Wirkungen

level-always_allow = Immer erlauben
level-ask = Um Erlaubnis fragen
level-deny = Verweigern
level-unset = nicht gesetzt
effect-read = Liest
effect-write = Schreibt und verschickt E-Mails
effect-destructive = Entfernt und verschickt E-Mails

## Anmeldeseite

sign-in-title = Anmelden
sign-in-heading = Ihr Kalender, in guten Händen.
sign-in-about = Mit attache arbeiten KI-Agenten in Ihrem Outlook-Kalender, und zwar als Sie. Sie können nur die Werkzeuge nutzen, die Ihre Administration erlaubt hat, und jeder Schritt wird festgehalten.
sign-in-button = Mit Microsoft anmelden
sign-in-small = Beim Anmelden erfährt attache Ihren Namen und Ihre Adresse. Ihr Kalender ist ein eigener Schritt, den Sie selbst gehen.
sign-in-promises = Was attache niemals tut
promise-silent = Hinter Ihrem Rücken handeln
promise-silent-text = Was Ihre Administration auf „Um Erlaubnis fragen“ stellt, wartet, bis Sie auf unserer eigenen Seite Ja sagen.
promise-beyond = Mehr dürfen als Sie
promise-beyond-text = Es hat keinen eigenen Zugang. Es sieht, was Sie sehen, und endet in dem Moment, in dem Sie trennen.
promise-pass = Ihre Anmeldung weitergeben
promise-pass-text = Kein Agent bekommt je Ihr Kennwort oder ein Microsoft-Token. Agenten bekommen Werkzeuge, sonst nichts.

## Integrationen

integrations-title = Integrationen
integrations-about = Womit Agenten in Ihrem Namen arbeiten können. Sie verbinden jede selbst und können sie jederzeit trennen.
outlook = Outlook-Kalender
outlook-about = Termine, freie Zeiten und die Menschen, die Sie treffen, aus Ihrem Microsoft-365-Konto.
connected-note = Der Outlook-Kalender ist verbunden.
disconnected-note = Der Outlook-Kalender ist getrennt. Von Ihrer Erlaubnis ist hier nichts übrig.

state-never = Nicht verbunden
state-connected = Verbunden
state-needs_sign_in = Neu anmelden
state-needs_admin = Wartet auf die Administration
state-revoked = Beendet
state-damaged = Muss neu verbunden werden
state-disconnected = Getrennt

next-never = Verbinden Sie Ihren Kalender. Microsoft fragt Sie einmal nach den unten genannten Berechtigungen.
next-connected = Agenten können die unten genannten Werkzeuge nutzen. Sie müssen nichts weiter tun.
next-connected-missing = Microsoft hat weniger gewährt als erbeten, deshalb fehlen einige Werkzeuge. Verbinden Sie neu, um das Fehlende zu ergänzen.
next-needs_sign_in = Microsoft möchte, dass Sie sich erneut anmelden, bevor attache weitermachen darf. Einmal genügt; wartende Anfragen bleiben erhalten.
next-needs_admin-consent_missing = Bei Microsoft muss die Administration Ihrer Organisation attache zustimmen. Bitten Sie darum und versuchen Sie es dann hier erneut.
next-needs_admin-blocked_by_policy = Eine Richtlinie Ihrer Organisation verhindert die Anmeldung. Fragen Sie Ihre Microsoft-Administration, welche, und versuchen Sie es dann hier erneut.
next-needs_admin-app_unavailable = attache ist im Microsoft-Verzeichnis Ihrer Organisation deaktiviert. Bitten Sie Ihre Microsoft-Administration, es zu aktivieren, und versuchen Sie es dann hier erneut.
next-revoked-ended_at_microsoft = Die Erlaubnis wurde bei Microsoft zurückgezogen. War das nicht gewollt, verbinden Sie neu.
next-revoked-expired = Die Erlaubnis wurde zu lange nicht genutzt und ist abgelaufen. Verbinden Sie neu.
next-revoked-account_disabled = Microsoft meldet Ihr Konto als deaktiviert. Fragen Sie Ihre Administration; ist es wieder aktiv, verbinden Sie neu.
next-damaged = Ihre gespeicherte Erlaubnis lässt sich nicht mehr öffnen, deshalb nutzt attache sie nicht. Verbinden Sie neu, um sie zu ersetzen.
next-disconnected = Nichts ist verbunden. Verbinden Sie Ihren Kalender, damit Agenten ihn wieder nutzen können.
waits-for-sign-in = Nach Ihrer Anmeldung geht das von selbst weiter:

number-second_factor = Microsoft möchte eine zweite Bestätigung, etwa einen Code oder Ihr Telefon. Sie geben sie beim Anmelden.
number-password = Ihr Passwort ist abgelaufen oder wurde geändert. Beim Anmelden setzen Sie ein neues.
number-frequency = Ihre Organisation verlangt von allen, sich von Zeit zu Zeit neu anzumelden.
number-locked = Ihr Konto ist im Moment gesperrt. Ihre Microsoft-Administration kann es entsperren.
number-not_assigned = In Ihrer Organisation dürfen nur zugewiesene Personen attache nutzen, und Sie gehören nicht dazu. Bitten Sie zuerst Ihre Microsoft-Administration um die Zuweisung.
number-device = Ihre Organisation verlangt ein verwaltetes Gerät oder eine freigegebene App. attache läuft auf einem Server und hat keines; Ihre Microsoft-Administration muss dafür eine Ausnahme machen.
number-risk = Microsoft hält Ihr Konto für gefährdet. Ihre Microsoft-Administration sieht, warum.
number-policy = Die Richtlinie verlangt vielleicht, dass Anfragen aus bestimmten Netzen kommen. attache fragt Microsoft von seinem eigenen Server aus; Ihre Microsoft-Administration kann dessen Adresse zulassen.
number-account = Dieses Konto gehört nicht zum Verzeichnis der Organisation, oder die Einladung wurde noch nicht angenommen. Nehmen Sie Ihr Arbeitskonto, oder fragen Sie Ihre Microsoft-Administration.
number-tenant = Ihre Organisation oder die andere erlaubt nicht, dass ihre Konten hier genutzt werden. Die Microsoft-Administrationen können das ändern.
number-licence = Ihrer Organisation fehlt eine Lizenz für den Dienst, den attache braucht. Fragen Sie Ihre Microsoft-Administration.

trouble-refused = Microsoft weist attache selbst ab, seit { $since } UTC ({ $number }): sein Geheimnis, Zertifikat, seine Uhr oder Registrierung. Es geht keine Verbindung verloren. Führen Sie auf dem Server „attache doctor“ aus.
trouble-misunderstood = Microsoft versteht seit { $since } UTC nicht, was attache fragt ({ $number }). Es geht keine Verbindung verloren. Führen Sie auf dem Server „attache doctor“ aus.
trouble-single_page_app = Seit { $since } UTC sagt Microsoft, dass die Weiterleitungsadresse von attache für eine Single-Page-App registriert ist ({ $number }), deshalb enden Verbindungen nach einem Tag. Registrieren Sie sie als „Web“.

consent-title = Microsoft verlangt die Zustimmung der Administration?
consent-about = In vielen Organisationen darf nur die Administration des Microsoft-Verzeichnisses zustimmen, einmal für alle. Schicken Sie ihr diesen Text; ist das geschehen, kommen Sie zurück und verbinden Sie.

consented-title = Danke, das ist alles
consented-what = Wenn Microsoft gemeldet hat, dass die Berechtigungen erteilt sind, können die Menschen Ihrer Organisation ihre Kalender jetzt verbinden.
consented-next = attache müssen Sie nichts mitteilen. Sagen Sie der Person, die Sie gebeten hat, dass sie neu verbinden kann. Ihre Zustimmung erlaubt für sich noch nichts: Was Agenten dürfen, wird in attache festgelegt, und bis dahin ist nichts erlaubt.

connect = Verbinden
connect-again = Neu verbinden
sign-in-again = Neu anmelden
try-again = Erneut versuchen

fact-since = Verbunden seit
fact-ends = Endet, wenn sie bis dahin nicht benutzt wird
fact-zone = Zeitzone
fact-number = Nummer von Microsoft
fact-account = Konto

your-tools = Ihre Werkzeuge
your-tools-about = Was Agenten heute in Ihrem Kalender tun können. Die Stufen legt Ihre Administration fest; für sich können Sie strenger sein.
column-own = Für Sie
column-agent = Für diesen Agenten
own-always_allow = Wie festgelegt
own-ask = Mich erst fragen
own-deny = Nie
own-save = Für mich speichern
own-saved = Gespeichert. Es gilt ab dem nächsten Aufruf.
tool-available = Verfügbar
tool-unavailable = Nicht verfügbar
hidden-level_denies = Ihre Administration hat es nicht erlaubt.
hidden-person_denies = Sie haben es für sich ausgeschlossen.
hidden-not_connected = Ihr Kalender ist nicht verbunden.
hidden-missing_scopes = Microsoft hat { $scopes } nicht gewährt.
hidden-approval_does_not_fit = Es ist im Moment nicht verfügbar.
column-tool = Werkzeug
column-level = Stufe
column-state = Für Agenten

scopes-title = Berechtigungen
scopes-about = Diese zehn Berechtigungen, keine weiteren, und nur als Sie: Keine davon lässt attache an fremde E-Mails, Dateien oder Kalender, die nicht mit Ihnen geteilt sind.
scopes-missing = nicht gewährt
scope-use = Wofür
scope-openid = Sagt attache, welches Konto Sie sind.
scope-openid-use = Zu wissen, dass Sie es sind, beim Anmelden und beim Verbinden.
scope-offline-access = Lässt Ihre Agenten arbeiten, während Sie weg sind, bis Sie trennen.
scope-offline-access-use = Verbunden zu bleiben, ohne Sie jede Stunde neu anzumelden.
scope-email = Zeigt Ihre E-Mail-Adresse.
scope-email-use = Ihnen zu zeigen, welches Konto verbunden ist. Sie dient nie als Ausweis.
scope-profile = Zeigt Ihren Namen.
scope-profile-use = Sie zu begrüßen und auf Freigaben zu nennen.
scope-user-read = Liest Ihr eigenes Profil.
scope-user-read-use = Profil lesen: Ihr Name, Ihre Adresse und Ihre Sprache.
scope-contacts-read = Liest Ihre Outlook-Kontakte.
scope-contacts-read-use = Kontakte suchen: die Adresse einer Person zu finden, die Sie nennen.
scope-people-read = Liest, mit wem Sie zusammenarbeiten.
scope-people-read-use = Kontakte suchen: die richtige „Anna“ zuerst zu nennen.
scope-user-readbasic-all = Liest Namen und Adressen im Verzeichnis Ihrer Firma.
scope-user-readbasic-all-use = Kontakte suchen: Kolleginnen und Kollegen zu finden, die Sie noch nicht kennen.
scope-calendars-readwrite = Liest und ändert Ihre eigenen Kalender.
scope-calendars-readwrite-use = Ihre Termine zu finden, anzulegen, zu ändern und abzusagen.
scope-calendars-read-shared = Liest Kalender, die andere mit Ihnen teilen, und wann jemand frei ist.
scope-calendars-read-shared-use = Eine Zeit zu finden, die allen passt.

disconnect = Trennen
disconnect-about = Beendet den Zugang aller Agenten zu Ihrem Kalender und vernichtet die gespeicherte Erlaubnis.
disconnect-title = Outlook-Kalender trennen?
disconnect-what-1 = Zuerst wird die gespeicherte Erlaubnis vernichtet; nichts bringt sie zurück.
disconnect-what-2 = Anfragen, die auf Ihre Freigabe warten, werden verworfen.
disconnect-what-3 = Ihre Termine bleiben, wie sie sind, und Ihre Aktivität bleibt lesbar.
disconnect-microsoft = Microsoft führt selbst Buch über Ihre Zustimmung und fragt beim Neuverbinden vielleicht nicht noch einmal. Dort können Sie sie entfernen, außer wenn die Administration für alle zugestimmt hat:
disconnect-confirm = Jetzt trennen

## Werkzeuge & Berechtigungen

tools-title = Werkzeuge & Berechtigungen
tools-about = Was Agenten in Ihrer Organisation dürfen, Werkzeug für Werkzeug. Was Sie nicht erlauben, gibt es für keinen Agenten.
tools-recommended-title = Empfohlener Anfang
tools-recommended-about = Werkzeuge, die lesen: Immer erlauben. Werkzeuge, die schreiben: Um Erlaubnis fragen.
tools-recommended = Empfehlung übernehmen
tools-not-set = nicht gesetzt (= Verweigern)
tools-set-by = Gesetzt von { $name }, { $when }
tools-set-at = Gesetzt { $when }
tools-save = Speichern
tools-saved = { $count ->
    [0] Es wurde nichts geändert.
    [one] Eine Stufe wurde geändert. Sie gilt ab dem nächsten Aufruf.
   *[other] { $count } Stufen wurden geändert. Sie gelten ab dem nächsten Aufruf.
  }
tools-changed = Jemand hat diese Stufen inzwischen geändert; es wurde nichts gespeichert. Sehen Sie noch einmal hin und speichern Sie dann.
asked-title = Wie oft Menschen gefragt werden
asked-about = In den letzten 90 Tagen. Wer oft gefragt wird und immer zustimmt, liest nicht mehr.
asked-requests = { $count ->
    [one] 1 Anfrage
   *[other] { $count } Anfragen
  }
asked-decided = { $requests }: { $approved } von { $decided } genehmigt, die Hälfte binnen { $half } entschieden, { $quick } % in weniger als 2 Sekunden.
asked-decided-untimed = { $requests }: { $approved } von { $decided } genehmigt.
asked-undecided = { $requests }: noch nicht entschieden.
asked-seconds = { $count ->
    [one] 1 Sekunde
   *[other] { $count } Sekunden
  }
asked-minutes = { $count ->
    [one] 1 Minute
   *[other] { $count } Minuten
  }
asked-suggest-allow = Das liest kaum noch jemand: Erwägen Sie „Immer erlauben“ mit Regeln für Rückfragen.
asked-suggest-allow-read = Das liest kaum noch jemand: Erwägen Sie „Immer erlauben“.
asked-suggest-deny = Das meiste davon wird abgelehnt: Erwägen Sie „Verweigern“.

rules-title = Trotzdem fragen
rules-about = Ein Werkzeug, das schreibt und auf „Immer erlauben“ steht, fragt trotzdem, wenn eines davon zutrifft. Was vorher nicht zu wissen ist, fragt auch.
rule-outside_attendee = Jemand von außerhalb der Organisation nimmt teil
rule-more_attendees_than = Mehr als | Personen nehmen teil
rule-series = Es geht um eine Serie
rule-outside_working_hours = Ein Teil davon liegt außerhalb der Arbeitszeit der Person
rule-starts_within_minutes = Es beginnt in weniger als | Minuten
rules-save = Regeln übernehmen
rules-saved = Die Regeln wurden gespeichert. Sie gelten ab dem nächsten Aufruf.

taint-title = Nach dem Lesen fremder Texte
taint-about = Wer eine Einladung schicken kann, kann versuchen, einem Agenten Befehle zu geben. Darum fragt ein Agent, der gelesen hat, was andere schrieben, einen Tag lang nach, obwohl das Werkzeug auf „Immer erlauben“ steht: bevor er jemanden außerhalb der Organisation erreicht, oder jemanden, von dem er es nicht weiß, und bevor er 40 oder mehr Zeichen des Gelesenen weitergibt. Nehmen Sie ein Werkzeug nur aus, wenn Sie allen vertrauen, die schreiben können.
taint-save = Übernehmen
taint-saved = Gespeichert. Es gilt ab dem nächsten Aufruf.

changes-link = Änderungen, und wie man sie zurücknimmt
changes-title = Änderungen
changes-about = Was die Administration an Stufen und Regeln geändert hat, das Neueste zuerst. Eine Änderung zurückzunehmen ist selbst eine Änderung und gilt ab dem nächsten Aufruf.
changes-none = Es wurde noch nichts geändert
changes-none-about = Sobald jemand aus der Administration eine Stufe oder eine Regel setzt, erscheint es hier.
changes-from-to = { $from } → { $to }
changes-rules-came = Fragt jetzt: { $rules }.
changes-rules-went = Fragt nicht mehr: { $rules }.
changes-taint-on = Fragt wieder, nachdem fremde Texte gelesen wurden
changes-taint-off = Fragt nicht mehr, nachdem fremde Texte gelesen wurden
changes-undo = Zurücknehmen
changes-undo-level = Setzt wieder „{ $level }“.
changes-undo-rules = Setzt die Regeln, wie sie vorher waren.
changes-undo-taint-on = Es fragt dann nicht mehr.
changes-undo-taint-off = Es fragt dann wieder.
changes-again = Seither noch einmal geändert
changes-undone = Zurückgenommen. Es gilt ab dem nächsten Aufruf.
changes-since = Dasselbe wurde seither noch einmal geändert, darum wurde nichts zurückgenommen. Sehen Sie sich die neuere Änderung an.

preview-button = Was wäre geschehen
preview-title = Was wäre geschehen
preview-about = Wie Aufrufe von Agenten in der letzten Woche endeten, und wie sie mit den gewählten Stufen geendet hätten. Es ist noch nichts gespeichert.
preview-calls = Aufrufe
preview-since = Seit
preview-cut = In dieser Woche gab es mehr Aufrufe, als betrachtet werden.
preview-none = Kein Agent hat etwas aufgerufen, und keine Stufe würde sich ändern.
preview-not-called = Nicht aufgerufen.
preview-ran = Ausgeführt
preview-asked = Gefragt
preview-denied = Verweigert
preview-unknown = { $count ->
    [one] Ein Aufruf wäre ausgeführt worden oder hätte gefragt: Ob eine Regel oder die Person gefragt hätte, steht nicht im Protokoll.
   *[other] { $count } Aufrufe wären ausgeführt worden oder hätten gefragt: Ob eine Regel oder die Person gefragt hätte, steht nicht im Protokoll.
  }
preview-limits = Was niemand wissen kann
preview-limit-unlisted = Was Agenten versucht hätten, hätten sie von einem verweigerten Werkzeug gewusst.
preview-limit-rules = Welche Aufrufe eine andere Regel angehalten hätte: Das Protokoll enthält keine Titel, Personen oder Zeiten.
preview-limit-answers = Ob eine Person Ja gesagt hätte. Aufrufe, die aus anderen Gründen scheiterten, etwa an falschen Angaben oder ohne Verbindung, sind nicht mitgezählt.
preview-raised = Gefragt, obwohl die Stufe es erlaubte
preview-raised-about = Wie oft in dieser Zeit eine Regel, oder was ein Agent gelesen hatte, zu einer Frage führte.
preview-raised-by = Weil
preview-raised-number = Fragen
preview-more_attendees_than = Viele Personen nehmen teil
preview-starts_within_minutes = Es beginnt bald
preview-person_asks = Die Person will gefragt werden
preview-taint_outside = Der Agent hatte fremde Texte gelesen und hätte jemanden außerhalb erreicht
preview-taint_copied = Der Agent hätte fremde Texte weitergegeben
preview-back = Zurück, ohne zu speichern

tool-search_events = Termine suchen
tool-search_events-about = Sucht Termine in einem Zeitraum, im eigenen oder einem freigegebenen Kalender.
tool-read_event = Termin lesen
tool-read_event-about = Öffnet einen Termin mit Text, Ort und Teilnehmenden. Was im Text niemand sehen kann, bleibt weg.
tool-find_times = Freie Zeiten finden
tool-find_times-about = Sucht Zeiten, zu denen alle frei sind.
tool-create_event = Termin anlegen
tool-create_event-about = Legt einen neuen Termin im eigenen Kalender an. Alle Eingeladenen bekommen eine E-Mail.
tool-update_event = Termin ändern
tool-update_event-about = Ändert einen Termin. Alle Eingeladenen bekommen eine E-Mail.
tool-cancel_event = Termin absagen
tool-cancel_event-about = Sagt einen Termin ab oder entfernt die eigene Kopie. Alle Eingeladenen bekommen eine E-Mail.
tool-respond_to_event = Auf Einladung antworten
tool-respond_to_event-about = Nimmt eine Einladung an oder lehnt sie ab. Wer eingeladen hat, bekommt eine E-Mail.
tool-search_contacts = Kontakte suchen
tool-search_contacts-about = Findet Menschen nach Namen: in Kontakten, unter häufigen Kontakten und im Verzeichnis der Firma.
tool-read_profile = Profil lesen
tool-read_profile-about = Liest den eigenen Namen, die Adresse, die Zeitzone, die Arbeitszeiten und die Namen der Kalender.
tool-check_approval = Freigabe abfragen
tool-check_approval-about = Lässt einen Agenten erfahren, was aus seiner Anfrage geworden ist.

## Freigaben

approvals-title = Freigaben
approvals-about = Was Agenten tun möchten und ohne Sie nicht dürfen.
approvals-waiting = { $count ->
    [one] 1 Anfrage wartet auf Sie
   *[other] { $count } Anfragen warten auf Sie
  }
approvals-pending = Wartend
approvals-all = Alle
approvals-filter = Anzeigen
approvals-filter-state = Stand
approvals-filter-agent = Agent
approvals-none-filtered = Dazu gibt es nichts
approvals-none-filtered-about = Wählen Sie einen anderen Stand, ein anderes Werkzeug oder einen anderen Agenten.
approvals-none = Nichts wartet auf Sie
approvals-none-about = Möchte ein Agent etwas tun, das Ihr Ja braucht, erscheint es hier.
approvals-none-all = Noch keine Anfragen
approvals-new = Es gibt etwas Neues.
approvals-refresh = Anzeigen
approvals-asked-by = { $agent } fragte { $when }
approvals-until = Wartet bis { $when }

approval-pending = Wartet
approval-executing = Läuft
approval-parked = Wartet auf Ihre Anmeldung
approval-done = Erledigt
approval-failed = Fehlgeschlagen
approval-unknown = Ausgang unbekannt
approval-declined = Abgelehnt
approval-expired = Abgelaufen
approval-void = Nicht mehr gültig

approval-will-create_event = Diesen Termin anlegen?
approval-will-other = Das tun? { $tool }
approval-copied-title = Aus fremden Texten übernommen
approval-copied-about = Der Agent hat diese Worte anderswo gelesen und würde sie weitergeben. Wer sie schrieb, will vielleicht genau das.
approval-copied-event = Übernommen aus dem Termin von { $by }, { $when }
approval-copied-by = Übernommen aus dem, was { $by } schrieb
approval-copied-private = Übernommen aus Ihrem privaten Termin, { $when }
approval-copied-unknown = Übernommen aus dem, was jemand anders schrieb
approval-effect-calendar = Er steht dann sofort in Ihrem Outlook-Kalender, unter Ihrem Namen.
approval-do-change = Diesen Termin ändern?
approval-do-cancel = Diesen Termin absagen?
approval-do-remove_own_copy = Ihre Kopie dieses Termins entfernen?
approval-do-accept = Diese Einladung annehmen?
approval-do-tentative = Auf diese Einladung mit „vielleicht“ antworten?
approval-do-decline = Diese Einladung ablehnen?
approval-act-cancel = Der Termin wird abgesagt und verschwindet aus den Kalendern aller Eingeladenen.
approval-act-remove_own_copy = Nur Ihre Kopie verschwindet: Der Termin findet weiterhin statt, und wer eingeladen hat, erfährt es nicht.
approval-act-accept = Ihre Antwort wird sein: ja.
approval-act-tentative = Ihre Antwort wird sein: vielleicht.
approval-act-decline = Ihre Antwort wird sein: nein. Der Termin verschwindet aus Ihrem Kalender.
approval-scope-this = Gehört er zu einer Serie: nur dieser eine Termin.
approval-scope-following = Dieser Termin und alle späteren seiner Serie.
approval-scope-all = Die ganze Serie, jeder einzelne Termin.
approval-mails-everybody = Alle Eingeladenen bekommen eine E-Mail, wenn Sie eingeladen haben.
approval-mails-organizer = Wer eingeladen hat, bekommt eine E-Mail.
approval-starts = beginnt { $when }
approval-starts-or-day = beginnt { $when }, oder ganztägig am { $day }
approval-changes = Neue Werte
approval-who-added = Neu eingeladen
approval-who-removed = Nicht mehr eingeladen
approval-comment = Mitgeschickte Nachricht
approval-proposed = Stattdessen vorgeschlagen
approval-field-title = Titel
approval-field-start = Beginn
approval-field-end = Ende
approval-field-duration = Dauer
approval-field-move_days = Verschoben
approval-field-move_minutes = Verschoben
approval-field-location = Ort
approval-field-show_as = Anzeigen als
approval-field-sensitivity = Vertraulichkeit
approval-field-reminder = Erinnerung
approval-field-categories = Kategorien
approval-minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
approval-later-days = { $count ->
    [one] { $count } Tag später
   *[other] { $count } Tage später
}
approval-earlier-days = { $count ->
    [one] { $count } Tag früher
   *[other] { $count } Tage früher
}
approval-later-minutes = { $count ->
    [one] { $count } Minute später
   *[other] { $count } Minuten später
}
approval-earlier-minutes = { $count ->
    [one] { $count } Minute früher
   *[other] { $count } Minuten früher
}
approval-reminder-before = { $count ->
    [one] { $count } Minute vorher
   *[other] { $count } Minuten vorher
}
approval-value-none = keine
approval-value-free = frei
approval-value-tentative = mit Vorbehalt
approval-value-busy = beschäftigt
approval-value-out_of_office = abwesend
approval-value-working_elsewhere = an einem anderen Ort tätig
approval-value-normal = normal
approval-value-personal = persönlich
approval-value-private = privat
approval-value-confidential = vertraulich
approval-notice-card_changed = Die Anfrage ist nicht mehr so, wie Sie sie bestätigt haben: In Ihrem Kalender hat sich etwas geändert. Nichts wurde getan. Bitte lesen Sie noch einmal.
approval-notice-event_changed = Der Termin hat sich geändert, nachdem Sie ihn gesehen hatten. Deshalb wurde nichts getan. Das ist dieselbe Anfrage mit dem Termin, wie er jetzt ist.
approval-notice-not_looked_at = attache konnte den Termin nicht ansehen. Deshalb wurde nichts getan. Bitte lesen Sie die Karte noch einmal.
approval-looked = attache hat { $when } in Ihrem Kalender nachgesehen.
approval-look-failed = Microsoft ist gerade nicht erreichbar. attache weiß deshalb nicht, was sonst zu dieser Zeit in Ihrem Kalender steht.
approval-look-failed-existing = Microsoft ist gerade nicht erreichbar. attache kann Ihnen den Termin deshalb nicht zeigen. Bestätigen können Sie nur, was Sie sehen.
approval-look-refused = So wie der Termin jetzt ist, geht das nicht.
approval-look-event_not_found = Dieser Termin ist nicht mehr zu seiner Zeit da: Er wurde verschoben, abgesagt oder entfernt. Die Anfrage kann nicht ausgeführt werden.
approval-look-not_organizer = Sie haben zu diesem Termin nicht eingeladen. So geht das deshalb nicht.
approval-look-is_organizer = Sie haben zu diesem Termin selbst eingeladen. So geht das deshalb nicht.
approval-look-already_cancelled = Dieser Termin ist schon abgesagt.
approval-look-proposals_not_allowed = Für diesen Termin darf man keine andere Zeit vorschlagen.
approval-look-needs_sign_in = Microsoft möchte, dass Sie sich neu anmelden, bevor attache Ihnen den Termin zeigen kann. Den Link finden Sie auf der Seite Outlook-Kalender.
approval-look-again = Noch einmal nachsehen
approval-asked-anew = Dieselbe Anfrage mit dem Termin, wie er jetzt ist
approval-beside = Zur selben Zeit
approval-beside-none = Sonst nichts
approval-even-if-exists = Er wird auch dann angelegt, wenn es den gleichen Termin schon gibt.
approval-already-so = Alles ist schon so: Nichts würde sich ändern.
approval-already-there = Derselbe Termin steht schon in Ihrem Kalender: Ein zweiter würde nicht angelegt.
approval-own-copy = Sie haben zu diesem Termin nicht eingeladen: Nur Ihre eigene Kopie ändert sich, und die nächste Änderung durch den Einladenden überschreibt sie.
approval-link-stays = Der Link zum Beitreten bleibt, wie er ist.
approval-organizer = Eingeladen hat
approval-who-stays = Bleiben eingeladen
approval-answer-accepted = hat zugesagt
approval-answer-tentative = vielleicht
approval-answer-declined = hat abgesagt
approval-answer-none = noch keine Antwort
approval-mailed = { $count ->
    [one] Eine Person bekommt eine E-Mail.
   *[other] { $count } Personen bekommen eine E-Mail.
}
approval-beside-more = { $count ->
    [one] und noch einer
   *[other] und { $count } weitere
}
approval-repeats = Wiederholt sich
approval-repeats-events = { $count ->
    [one] { $count } Termin
   *[other] { $count } Termine
}
approval-repeats-from-to = { $events }, von { $first } bis { $last }
approval-repeats-endless = Ab { $first }, ohne Ende
approval-query = Sucht nach
approval-will-read = Den Agenten das lesen lassen?
approval-effect-read = Es wird nur gelesen. Nichts wird geändert und niemand bekommt eine E-Mail.
approval-effect-person = Was gefunden wird, bekommt der Agent, der fragt.
approval-mails-none = Niemand bekommt eine E-Mail.
approval-mails = { $count ->
    [one] Eine Person bekommt von Ihnen eine Einladung per E-Mail.
   *[other] { $count } Personen bekommen von Ihnen eine Einladung per E-Mail.
  }
approval-outside = { $count ->
    [one] Eine davon gehört nicht zu Ihrer Organisation.
   *[other] { $count } davon gehören nicht zu Ihrer Organisation.
  }
approval-title = Titel
approval-when = Wann
approval-when-yours = Ihre Zeit: { $when } ({ $zone })
approval-all-day = Ganztägig
approval-where = Wo
approval-online = Onlinebesprechung
approval-online-yes = Eine Onlinebesprechung mit Link zum Beitreten wird angelegt.
approval-who = Wer eingeladen wird
approval-who-none = Niemand außer Ihnen
approval-whose = Wessen freie und belegte Zeiten es außer Ihren liest
approval-optional = optional
approval-outside-mark = extern
approval-group = Gruppe
approval-groups = { $count ->
    [one] Eine davon ist eine Gruppe: Alle darin bekommen die E-Mail.
   *[other] { $count } davon sind Gruppen: Alle darin bekommen die E-Mail.
  }
approval-lookalike = Diese Adresse enthält verwechselbare oder fremde Buchstaben. Prüfen Sie sie Buchstabe für Buchstabe.
approval-hidden-characters = Dieser Text enthält unsichtbare Zeichen. Sie sind als [U+…] sichtbar gemacht.
approval-text = Text der Einladung
approval-text-before = Text, den dies ersetzt
approval-asks = Wer fragt
approval-asked = Gefragt
approval-expires = Läuft ab
approval-decided = Entschieden
approval-approve = Freigeben
approval-decline = Ablehnen
approval-stop = Nicht ausführen
approval-note = Genau das, was Sie sehen, geschieht. Der Agent kann es weder ändern noch freigeben.

outcome-title-executing = Es läuft
outcome-text-executing = Sie haben es freigegeben. Diese Seite zeigt gleich den Ausgang.
outcome-title-parked = Es wartet auf Ihre Anmeldung bei Microsoft
outcome-text-parked = Bisher wurde nichts getan. Nach Ihrer Anmeldung geht es von selbst weiter; bis dahin können Sie es verhindern.
outcome-title-done = Erledigt
outcome-text-done = Outlook hat es bestätigt. Der Agent kann den Ausgang sehen.
outcome-title-failed = Es hat nicht geklappt
outcome-text-failed = Sie haben es freigegeben, aber es ließ sich nicht ausführen. Soweit Outlook sagt, wurde nichts geändert. Der Agent kann erneut fragen.
outcome-title-unknown = Der Ausgang ist nicht bekannt
outcome-text-unknown = Es wurde an Microsoft geschickt, aber es kam keine Antwort. Sehen Sie in Ihren Kalender, bevor Sie noch einmal darum bitten.
outcome-text-looking = Es wurde an Microsoft geschickt, aber es kam keine Antwort. attache sieht in Ihrem Kalender nach, was daraus geworden ist, und sagt es hier, meist innerhalb einer Minute. Nichts wird zweimal geschickt.
outcome-text-not_done = Die Antwort von Microsoft ging verloren. attache hat in Ihrem Kalender nachgesehen: Es ist nicht geschehen. Der Agent darf noch einmal fragen.
outcome-text-found = Die Antwort von Microsoft ging verloren. attache hat in Ihrem Kalender nachgesehen: Es ist geschehen.
outcome-title-declined = Abgelehnt
outcome-text-declined = Nichts wurde geändert und niemand hat eine E-Mail bekommen.
outcome-title-expired = Abgelaufen
outcome-text-expired = Niemand hat rechtzeitig entschieden, deshalb ist nichts geschehen. Der Agent kann erneut fragen.
outcome-title-void = Nicht mehr gültig
outcome-text-void = Eine Stufe, Ihre Verbindung oder der Schlüssel des Agenten hat sich inzwischen geändert, deshalb ist nichts geschehen.
outcome-title-already_exists = Schon da
outcome-already_exists = Diesen Termin gibt es im Kalender schon. Nichts wurde angelegt und niemand bekam eine E-Mail.
outcome-unverified = Outlook hat es angenommen, aber was dort jetzt steht, ließ sich nicht prüfen oder weicht von Ihrer Freigabe ab. Sehen Sie in Ihrem Kalender nach.
outcome-code = Grund

## Aktivität

activity-title = Aktivität
activity-about = Was in Ihrem Namen geschah, das Neueste zuerst. Nur Sie und Ihre Administration sehen es. Inhalte Ihres Kalenders stehen nicht darin.
activity-none = Noch nichts
activity-none-about = Sobald ein Agent ein Werkzeug nutzt oder Sie sich anmelden, verbinden oder entscheiden, steht es hier.
activity-none-filtered = Nichts passt
activity-none-filtered-about = Wählen Sie ein anderes Werkzeug, einen anderen Agenten, Ausgang oder Zeitraum.
activity-filter = Filter
activity-filter-tool = Werkzeug
activity-filter-agent = Agent
activity-filter-outcome = Ausgang
activity-any = Alle
activity-show = Anzeigen
activity-by = durch { $agent }
activity-asked = auf Bitte von { $agent }
activity-for = für { $agent }
activity-call = { $tool }: { $outcome }
activity-reason = Grund: { $reason }
activity-before = Vorher: { $level }
reason-too_many_writes = Zu viele Änderungen in einer Minute.
reason-too_many_invitations = Es wären zu viele Personen außerhalb der Organisation an einem Tag eingeladen worden.
reason-too_many_calls = Zu viele Aufrufe in einer Minute.
reason-level_denies = Die Administration hat es nicht erlaubt.
reason-person_denies = Die Person hat es selbst ausgeschlossen.
reason-not_connected = Der Kalender war nicht verbunden.
reason-missing_scopes = Microsoft hat nicht gewährt, was es braucht.
reason-approval_does_not_fit = Die Freigabe galt nicht für diesen Aufruf oder war zu alt.

kind-signed_in = Sie haben sich angemeldet
kind-signed_out = Sie haben sich abgemeldet
kind-administrator_appointed = Sie wurden Administratorin oder Administrator
kind-connect_started = Outlook-Kalender verbinden: begonnen
kind-connected = Outlook-Kalender: verbunden
kind-connect_failed = Outlook-Kalender verbinden: fehlgeschlagen
kind-connection_state_changed = Outlook-Kalender: Zustand geändert
kind-disconnected = Outlook-Kalender: getrennt
kind-token_refreshed = Erlaubnis bei Microsoft erneuert
kind-token_refresh_failed = Erlaubnis bei Microsoft erneuern: fehlgeschlagen
kind-level_changed = Die Stufe eines Werkzeugs wurde geändert
kind-rules_changed = Die Regeln fürs Nachfragen wurden geändert
kind-taint_switched = Ob { $tool } nach dem Lesen fremder Texte fragt, wurde geändert
kind-own_level_changed = Sie haben geändert, wie streng ein Werkzeug für Sie ist
kind-checkpoint_key_used = Das Protokoll wird mit einem neuen Schlüssel signiert
kind-entries_removed = Alte Einträge des Protokolls wurden entfernt
kind-audit_exported = Das Protokoll wurde exportiert
kind-audit_verified = Das Protokoll wurde geprüft
kind-record_broken = Das Protokoll wurde verändert vorgefunden
kind-key_created = Schlüssel erstellt
kind-key_revoked = Schlüssel widerrufen
kind-started = attache wurde gestartet
kind-stopped = attache wurde beendet
kind-clock_jumped = Die Uhr des Rechners von attache wurde gestellt
kind-sign_in_failed = Anmeldung gescheitert
kind-tools_listed = Einem Agenten wurden Werkzeuge gezeigt
kind-audit_read = Das Protokoll wurde gelesen
kind-card_read = Der Betreiber von attache hat Ihre Karte gelesen: { $tool }
kind-approval_ended = { $tool }: Die Frage endete ohne Antwort
kind-call_begun = { $tool }: begonnen
kind-call_finished = { $tool }: beendet
kind-call_denied = { $tool }: verweigert
kind-call_parked = { $tool }: wartet auf die Anmeldung bei Microsoft
kind-call_reconciled = { $tool }: nach verlorener Antwort nachgesehen
kind-limit_hit = Ein Aufruf wurde abgelehnt: zu viel in zu kurzer Zeit
kind-approval_requested = { $tool }: Sie wurden gefragt
kind-approval_decided = { $tool }: Sie haben entschieden
kind-keys_rotated = Die gespeicherten Verbindungen wurden mit einem anderen Schlüssel versiegelt
kind-unknown-tool = Ein Werkzeug

outcome-done = erledigt
outcome-failed = fehlgeschlagen
outcome-unknown = Ausgang unbekannt
outcome-denied = verweigert
outcome-ambiguous = mehrere Treffer, nachgefragt
outcome-approval_required = wartet auf Ihre Freigabe
outcome-approved = Sie haben freigegeben
outcome-declined = Sie haben abgelehnt
outcome-expired = abgelaufen
outcome-pending = wartet
outcome-void = nicht mehr gültig

surface-mcp = MCP
surface-rest = REST
surface-page = attache

## Schlüssel

keys-title = Schlüssel
keys-about = Mit einem Schlüssel arbeitet ein Agent für Sie. Er kann nicht mehr, als Ihre Administration erlaubt, und Sie können ihn jederzeit widerrufen.
keys-create = Schlüssel erstellen
keys-name = Name des Agenten
keys-name-hint = So erscheint er auf Freigaben, zum Beispiel „Claude auf meinem Notebook“.
keys-lifetime = Gültig für
keys-days-30 = 30 Tage
keys-days-90 = 90 Tage
keys-days-365 = 1 Jahr
keys-create-button = Schlüssel erstellen
keys-list = Ihre Schlüssel
keys-none = Noch keine Schlüssel
keys-none-about = Erstellen Sie oben einen und geben Sie ihn einem Agenten.
keys-column-name = Name
keys-column-hint = Endet auf
keys-column-created = Erstellt
keys-column-used = Zuletzt genutzt
keys-column-expires = Läuft ab
keys-column-action = Aktion
keys-revoke = Widerrufen
keys-revoke-label = { $name } widerrufen
keys-revoked = Bereits widerrufen
keys-expired = Abgelaufen
keys-revoked-note = Der Schlüssel ist widerrufen. Wer ihn hat, kann damit nichts mehr tun.
keys-narrowed = { $count ->
    [one] Bei einem Werkzeug eingeschränkt
   *[other] Bei { $count } Werkzeugen eingeschränkt
}
key-about = Was der Agent mit diesem Schlüssel darf.
key-tools = Werkzeuge für diesen Agenten
key-tools-about = Die Stufen legt Ihre Administration fest. Sie können mit diesem Agenten strenger sein als mit Ihren anderen, nie milder.
key-save = Für diesen Agenten speichern
key-over = Sein Agent kann nichts mehr tun.
keys-new-title = Ihr neuer Schlüssel
keys-new-about = Er wird nur dieses eine Mal gezeigt. Kopieren Sie ihn jetzt und bewahren Sie ihn wie ein Kennwort auf.
keys-new-label = Schlüssel von { $name }
keys-new-mcp = Für einen MCP-Client: diese Adresse, mit der Kopfzeile darunter
keys-new-rest = Für ein Programm: REST, mit dem Schlüssel in der Variablen ATTACHE_KEY
keys-new-done = Ich habe ihn kopiert

## Einrichtung

setup-title = Einrichten
setup-heading = Die Administration übernehmen
setup-about = Solange niemand die Administration hat, gibt attache auf seinem Server ein Einmalgeheimnis aus: beim Start in einem Terminal oder mit „attache admin bootstrap“. Wer es eingibt, übernimmt die Administration der Organisation, in der er angemeldet ist.
setup-secret = Einmalgeheimnis
setup-button = Administration übernehmen
setup-signed-in = Sie sind als { $login } angemeldet.

## Fehler

error-next = Was Sie tun können
error-request = Anfrage
error-home = Zurück zu attache
error-retry-connect = Zurück zum Outlook-Kalender
error-open = Die Seite öffnen, die weiterhilft
error-link = Seite für die Administration öffnen
error-forward = Text zum Weiterleiten an Ihre Administration
error-forward-text = Bitte stimmen Sie attache für unsere Organisation zu, damit es mit dem Outlook-Kalender genutzt werden kann. Es bittet um zehn delegierte Berechtigungen, die auf seiner Seite „Outlook-Kalender“ mit Gründen stehen. Der Link zur Zustimmung: { $link }

error-general-title = Etwas ist schiefgegangen
error-general-what = attache konnte das nicht tun.
error-general-next = Versuchen Sie es erneut. Geschieht es wieder, nennen Sie Ihrer Administration die Anfragenummer unten.

error-unauthenticated-title = Sie sind nicht angemeldet
error-unauthenticated-what = Ihre Sitzung ist zu Ende, oder diese Seite braucht eine Anmeldung.
error-unauthenticated-next = Melden Sie sich an und versuchen Sie es erneut.
error-forbidden-title = Das ist nicht für Sie
error-forbidden-what = Ihr Konto darf das nicht.
error-forbidden-next = Wenn Sie es brauchen, fragen Sie die Administration Ihrer Organisation.
error-not_found-title = Hier ist nichts
error-not_found-what = Die Seite oder der Eintrag existiert nicht oder gehört Ihnen nicht.
error-not_found-next = Prüfen Sie die Adresse oder beginnen Sie von vorn.
error-invalid-title = Etwas wurde nicht angenommen
error-invalid-what = attache konnte mit der Eingabe nichts anfangen.
error-invalid-next = Gehen Sie zurück, prüfen Sie Ihre Eingabe und versuchen Sie es erneut.
error-not_connected-title = Ihr Kalender ist nicht verbunden
error-not_connected-what = Dafür braucht es eine funktionierende Verbindung zum Outlook-Kalender.
error-not_connected-next = Öffnen Sie „Integrationen“ und verbinden Sie Ihren Kalender.
error-conflict-title = Inzwischen hat sich etwas geändert
error-conflict-what = Jemand oder etwas war schneller, deshalb wurde nichts getan.
error-conflict-next = Gehen Sie zurück und sehen Sie sich den aktuellen Stand an.
error-throttled-title = Zu viel auf einmal
error-throttled-what = In kurzer Zeit kamen zu viele Anfragen.
error-throttled-next = Warten Sie eine Minute und versuchen Sie es erneut.
error-too_many_writes-title = Zu viele Änderungen auf einmal
error-too_many_writes-what = Ihre Agenten haben so viele Änderungen in Ihrem Kalender vorgenommen, wie in einer Minute erlaubt sind. Es wurde nichts getan, und die Anfrage wartet weiter auf Ihre Entscheidung.
error-too_many_writes-next = Warten Sie eine Minute und entscheiden Sie erneut.
error-too_many_invitations-title = Zu viele Einladungen
error-too_many_invitations-what = Ihre Agenten haben so viele Personen außerhalb Ihrer Organisation eingeladen, wie an einem Tag erlaubt sind. Es wurde nichts getan, und die Anfrage wartet weiter auf Ihre Entscheidung.
error-too_many_invitations-next = Lehnen Sie ab, oder entscheiden Sie später erneut. Wenn Sie mehr brauchen, fragen Sie Ihre Administration.
error-microsoft-title = Microsoft hatte Schwierigkeiten
error-microsoft-what = Microsoft hat mit einem Fehler geantwortet.
error-microsoft-next = Versuchen Sie es in einigen Minuten erneut.
error-unreachable-title = Microsoft war nicht erreichbar
error-unreachable-what = Von Microsoft kam keine Antwort.
error-unreachable-next = Versuchen Sie es in einigen Minuten erneut. Hält es an, sagen Sie es Ihrer Administration.
error-outcome_unknown-title = Der Ausgang ist nicht bekannt
error-outcome_unknown-what = Es wurde an Microsoft geschickt, aber es kam keine Antwort.
error-outcome_unknown-next = Sehen Sie in Ihren Kalender, bevor Sie es noch einmal versuchen.
error-unavailable-title = attache ist nicht bereit
error-unavailable-what = attache erreicht etwas nicht, das es zum sicheren Arbeiten braucht, und tut deshalb nichts.
error-unavailable-next = Versuchen Sie es in einigen Minuten erneut. Hält es an, sagen Sie es Ihrer Administration.

error-form_outdated-title = Dieses Formular ist veraltet
error-form_outdated-what = Das Formular gehört zu einer anderen oder früheren Sitzung und wurde deshalb nicht ausgeführt.
error-form_outdated-next = Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es erneut.
error-cross_site-title = Das kam von einer anderen Seite
error-cross_site-what = Eine fremde Seite wollte das in Ihrem Namen senden, deshalb wurde es abgewiesen.
error-cross_site-next = Wenn Sie es wollten, öffnen Sie attache selbst und tun Sie es dort.
error-not_opened-title = Diese Seite muss für sich geöffnet werden
error-not_opened-what = Etwas wollte sie im Voraus, in einem Rahmen oder als Teil einer anderen Seite laden, deshalb wurde sie nicht gezeigt.
error-not_opened-next = Öffnen Sie die Adresse selbst in Ihrem Browser.
error-administrators_only-title = Nur für die Administration
error-administrators_only-what = Diese Seite ist der Administration Ihrer Organisation vorbehalten.
error-administrators_only-next = Wenn Sie sie brauchen, fragen Sie die Administration Ihrer Organisation.
error-setup_already_done-title = Das ist nicht nötig
error-setup_already_done-what = Ihre Organisation hat schon eine Administratorin oder einen Administrator.
error-setup_already_done-next = Wenden Sie sich dorthin. Hier ist nichts mehr einzurichten.
error-setup_secret_wrong-title = Das war nicht das Geheimnis
error-setup_secret_wrong-what = Das Geheimnis ist falsch, abgelaufen oder schon benutzt.
error-setup_secret_wrong-next = Kopieren Sie es noch einmal. Ist es weg, gibt „attache admin bootstrap“ auf dem Server ein neues aus.
error-already_decided-title = Schon entschieden
error-already_decided-what = Diese Anfrage wurde schon entschieden, oder niemand hat rechtzeitig entschieden.
error-already_decided-next = Unter „Freigaben“ steht, was daraus geworden ist.
error-invalid_name-title = Der Schlüssel braucht einen Namen
error-invalid_name-what = Ohne Namen würden Sie den Agenten auf seinen Anfragen nicht erkennen.
error-invalid_name-next = Gehen Sie zurück und geben Sie dem Schlüssel einen Namen.
error-levels_changed-title = Jemand hat diese Stufen inzwischen geändert
error-levels_changed-what = Eine andere Person aus der Administration war schneller, deshalb wurde nichts gespeichert.
error-levels_changed-next = Öffnen Sie „Werkzeuge & Berechtigungen“, sehen Sie noch einmal hin und speichern Sie dann.
error-needs_sign_in-title = Melden Sie sich zuerst bei Microsoft an
error-needs_sign_in-what = Microsoft möchte Sie noch einmal sehen, bevor attache weitermachen darf.
error-needs_sign_in-next = Öffnen Sie „Outlook-Kalender“ und melden Sie sich dort erneut an.
error-needs_admin-title = Zuerst muss Ihre Microsoft-Administration handeln
error-needs_admin-what = Microsoft lässt attache mit Ihrem Konto erst weitermachen, wenn die Administration Ihrer Organisation dort etwas getan hat.
error-needs_admin-next = Öffnen Sie „Outlook-Kalender“. Dort steht, worum Sie Ihre Microsoft-Administration bitten müssen.
error-connection_revoked-title = Ihre Verbindung ist beendet
error-connection_revoked-what = Die Erlaubnis, in Ihrem Kalender zu arbeiten, wurde bei Microsoft beendet.
error-connection_revoked-next = Öffnen Sie „Outlook-Kalender“ und verbinden Sie neu.
error-connection_damaged-title = Ihr Kalender muss neu verbunden werden
error-connection_damaged-what = Ihre gespeicherte Erlaubnis lässt sich nicht mehr öffnen, deshalb nutzt attache sie nicht.
error-connection_damaged-next = Öffnen Sie „Outlook-Kalender“ und verbinden Sie neu, um sie zu ersetzen.
error-scopes_missing-title = Microsoft hat nicht genug gewährt
error-scopes_missing-what = Dieses Werkzeug braucht eine Berechtigung, die Microsoft beim Verbinden nicht gewährt hat.
error-scopes_missing-next = Öffnen Sie „Outlook-Kalender“, sehen Sie dort, was fehlt, und verbinden Sie neu.
error-approval_waits_for_administrator-title = Zuerst muss Ihre Microsoft-Administration handeln
error-approval_waits_for_administrator-what = Es wurde nichts getan, und Ihre Freigabeanfrage wartet noch.
error-approval_waits_for_administrator-next = Auf der Seite „Outlook-Kalender“ steht, worum Sie Ihre Microsoft-Administration bitten müssen. Entscheiden Sie danach hier.
error-restarting-title = attache startet gerade neu
error-restarting-what = Im Moment nimmt es nichts Neues an, deshalb wurde nichts getan.
error-restarting-next = Versuchen Sie es in einigen Sekunden erneut.
error-attempt_unknown-title = Diese Anmeldung ist abgelaufen
error-attempt_unknown-what = Der Versuch ist zu alt, wurde schon benutzt oder begann nicht hier.
error-attempt_unknown-next = Beginnen Sie neu. Es dauert höchstens eine Minute.
error-attempt_other_browser-title = Diese Anmeldung begann in einem anderen Browser
error-attempt_other_browser-what = Der Versuch wurde anderswo begonnen und deshalb zu Ihrer Sicherheit abgebrochen.
error-attempt_other_browser-next = Beginnen Sie in diesem Browser neu und folgen Sie keinen Links, die andere Ihnen geschickt haben.
error-attempt_other_person-title = Hier ist jemand anderes angemeldet
error-attempt_other_person-what = Den Versuch hat eine andere Person begonnen als die, die jetzt angemeldet ist.
error-attempt_other_person-next = Melden Sie sich ab, melden Sie sich mit Ihrem eigenen Konto an und beginnen Sie neu.
error-consent_cancelled-title = Sie haben bei Microsoft abgebrochen
error-consent_cancelled-what = Die Anmeldung wurde abgebrochen, es hat sich nichts geändert.
error-consent_cancelled-next = Beginnen Sie neu, wann immer Sie möchten. Hat Microsoft die Zustimmung einer Administration verlangt, bitten Sie zuerst Ihre darum.
error-consent_declined-title = Sie haben nicht zugestimmt
error-consent_declined-what = Microsoft meldet, dass die Berechtigungen abgelehnt wurden. Es wurde nichts verbunden.
error-consent_declined-next = Lesen Sie, wofür jede Berechtigung gebraucht wird, und verbinden Sie neu, wenn Sie einverstanden sind.
error-admin_must_consent-title = Zuerst muss Ihre Administration zustimmen
error-admin_must_consent-what = In Ihrer Organisation darf nur die Administration diesen Berechtigungen zustimmen. Das ist üblich, und mit Ihrem Konto ist alles in Ordnung.
error-admin_must_consent-next = Bitten Sie Ihre Microsoft-Administration, den Berechtigungen von attache für Ihre Organisation zuzustimmen. Danach verbinden Sie neu; dann klappt es.
error-app_unavailable-title = attache ist in Ihrer Organisation nicht aktiviert
error-app_unavailable-what = Microsoft meldet, dass attache im Verzeichnis Ihrer Organisation deaktiviert ist oder nie aufgenommen wurde. Es wurde nichts verbunden.
error-app_unavailable-next = Bitten Sie Ihre Microsoft-Administration, es zu aktivieren. Danach verbinden Sie neu.
error-blocked_by_policy-title = Eine Richtlinie Ihrer Organisation erlaubt es nicht
error-blocked_by_policy-what = Sie haben sich angemeldet, aber Microsoft lässt den Server von attache mit Ihrem Konto nicht weitermachen. Es wurde nichts verbunden.
error-blocked_by_policy-next = Bitten Sie Ihre Microsoft-Administration, die Adresse des Servers zuzulassen oder eine Ausnahme zu machen. Vorher hilft ein neuer Versuch nicht.
error-account_disabled-title = Ihr Konto ist deaktiviert
error-account_disabled-what = Microsoft meldet Ihr Konto als deaktiviert oder gelöscht. Es wurde nichts verbunden.
error-account_disabled-next = Fragen Sie Ihre Administration; ist es wieder aktiv, verbinden Sie neu.
error-installation_refused-title = Microsoft nimmt attache selbst nicht an
error-installation_refused-what = An der Registrierung dieses attache bei Microsoft stimmt etwas nicht. Es liegt nicht an Ihrem Konto, und keine Verbindung geht verloren.
error-installation_refused-next = Nennen Sie denen, die dieses attache betreiben, die Anfragenummer unten. Solange sie nicht gehandelt haben, hilft ein neuer Versuch nicht.
error-tenant_not_allowed-title = Ihre Organisation ist hier nicht eingerichtet
error-tenant_not_allowed-what = Sie haben sich mit dem Konto einer Organisation angemeldet, die dieses attache nicht bedient.
error-tenant_not_allowed-next = Melden Sie sich mit Ihrem Arbeitskonto an, oder bitten Sie die Betreiber dieses attache, Ihre Organisation aufzunehmen.
error-microsoft_unreachable-title = Microsoft war nicht erreichbar
error-microsoft_unreachable-what = Vom Anmeldedienst von Microsoft kam keine Antwort.
error-microsoft_unreachable-next = Beginnen Sie in einigen Minuten neu.
error-microsoft_trouble-title = Microsoft hatte Schwierigkeiten
error-microsoft_trouble-what = Der Anmeldedienst von Microsoft hat mit einem eigenen Fehler geantwortet.
error-microsoft_trouble-next = Beginnen Sie in einigen Minuten neu. Hält es an, nennen Sie Ihrer Administration die Anfragenummer unten.
error-sign_in_rejected-title = Die Anmeldung wurde nicht angenommen
error-sign_in_rejected-what = Was von Microsoft zurückkam, hat unsere Prüfungen nicht bestanden und wurde nicht verwendet.
error-sign_in_rejected-next = Beginnen Sie neu. Geschieht es wieder, nennen Sie Ihrer Administration die Anfragenummer unten.
error-admin_consent_declined-title = Die Zustimmung wurde nicht erteilt
error-admin_consent_declined-what = Microsoft meldet, dass die Berechtigungen für die Organisation nicht erteilt wurden. Es hat sich nichts geändert.
error-admin_consent_declined-next = Nur die Administration des Verzeichnisses kann sie erteilen. Jede Berechtigung ist auf der Seite Outlook-Kalender erklärt; öffnen Sie den Link erneut, wenn Sie einverstanden sind.
error-sign-in-again = Erneut anmelden
sign-in-again-about = Für das, was Sie vorhaben, müssen Sie erneut zeigen, wer Sie sind. Melden Sie sich bei Microsoft an; danach sind Sie wieder, wo Sie waren.
error-sign_in_again-title = Melden Sie sich zuerst erneut an
error-sign_in_again-what = Ein Werkzeug immer zu erlauben, alle zu trennen und das Audit-Protokoll zu exportieren erfordert eine Anmeldung in den letzten 15 Minuten. Nichts wurde getan.
error-sign_in_again-next = Melden Sie sich erneut an und wiederholen Sie es dann.
error-account_differs-title = Das war ein anderes Konto
error-account_differs-what = Bei Microsoft haben Sie ein anderes Konto gewählt als das, mit dem Sie hier angemeldet sind. Es wurde nichts verbunden.
error-account_differs-next = Verbinden Sie neu und wählen Sie das Konto, mit dem Sie angemeldet sind.

# --- Personen und Verbindungen ---
nav-people = Personen
people-title = Personen & Verbindungen
people-about = Wer in Ihrer Organisation was verbunden hat, und ob es funktioniert. Kalender sind hier nicht zu sehen, von niemandem.
people-filter = Personen filtern
people-filter-text = Name oder Anmeldename
people-filter-state = Verbindung
people-none = Noch hat sich niemand angemeldet.
people-none-filtered = Niemand passt zu diesem Filter.
people-column-name = Person
people-column-state = Outlook-Kalender
people-column-since = Verbunden seit
people-column-worked = Zuletzt benutzt
people-column-action = Aktion
people-administrator = Administration
people-next = Nächste Seite
people-end-label = { $name } trennen
people-ended-one = Die Verbindung ist beendet. Von der Erlaubnis ist hier nichts übrig.
people-ended-all = Alle sind getrennt. Von den Erlaubnissen ist hier nichts übrig. Damit Microsoft keine neuen gibt, stellen Sie dort bei der Unternehmensanwendung attache „Aktiviert für die Benutzeranmeldung“ auf „Nein“.
people-begins = Alle werden getrennt.
people-ending = Alle werden getrennt, seit { $since }: { $done } von { $of } sind es, { $left } sind noch da. Steht das still, wurde attache inzwischen angehalten: Beginnen Sie unten noch einmal; was beendet ist, bleibt beendet.
people-stopped = Nicht alle konnten getrennt werden ({ $since }): { $done } von { $of } sind es, { $left } sind noch da. Beginnen Sie unten noch einmal; was beendet ist, bleibt beendet.
people-look-again = Erneut nachsehen
people-live = { $count ->
    [one] Eine Verbindung kann beendet werden.
   *[other] { $count } Verbindungen können beendet werden.
 }
people-everybody = Alle trennen
people-everybody-about = Für den Notfall: Jeder Agent verliert sofort seinen Zugang. Danach kann man sich wieder verbinden.
people-everybody-button = Alle trennen
end-one-title = Diese Verbindung beenden?
end-one-about = { $name } ({ $login }) wird vom Outlook-Kalender getrennt.
end-what-1 = Zuerst wird die gespeicherte Erlaubnis vernichtet; nichts bringt sie zurück.
end-what-2 = Laufende Aufrufe enden, und Anfragen, die auf Freigabe warten, werden verworfen.
end-what-3 = Termine bleiben, wie sie sind, die Aufzeichnung bleibt lesbar und nennt Sie. Wer getrennt wurde, kann sich wieder verbinden.
end-all-title = Alle trennen?
end-all-about = { $count ->
    [0] Niemand ist verbunden. Es gibt nichts zu beenden.
    [one] Eine Verbindung zum Outlook-Kalender wird beendet.
   *[other] { $count } Verbindungen zum Outlook-Kalender werden beendet.
 }
end-all-microsoft = Das vernichtet, was attache aufbewahrt. Damit Microsoft attache nichts Neues gibt, öffnen Sie dort „Unternehmensanwendungen“, wählen attache, dann „Eigenschaften“, und stellen „Aktiviert für die Benutzeranmeldung“ auf „Nein“:
end-all-type = Tippen Sie zur Bestätigung { $number }
end-all-wrong = Das war nicht die Zahl. Jetzt sind es { $number }.
step-needs_sign_in = Die Person meldet sich auf ihrer eigenen Seite neu an.
step-needs_admin-consent_missing = Bei Microsoft fehlt die Zustimmung für Ihre Organisation.
step-needs_admin-blocked_by_policy = Eine Ihrer Richtlinien für bedingten Zugriff verhindert es.
step-needs_admin-app_unavailable = attache ist in Ihrem Verzeichnis bei Microsoft deaktiviert.
step-revoked-ended_at_microsoft = Bei Microsoft zurückgezogen. Die Person kann sich neu verbinden.
step-revoked-expired = Zu lange nicht benutzt. Die Person kann sich neu verbinden.
step-revoked-account_disabled = Das Konto ist bei Microsoft deaktiviert oder gelöscht.
step-damaged = Die gespeicherte Erlaubnis lässt sich nicht öffnen. Sehen Sie in das Audit-Protokoll; die Person verbindet sich neu.
reason-by_administrator = durch die Administration
reason-by_operator = durch den Betrieb dieses attache
kind-everybody_disconnected = Alle wurden getrennt

# --- Zustand ---
nav-health = Zustand
health-title = Zustand
health-about = Wie es dieser Installation geht. Nur die Administration sieht das.
health-database = Datenbank
health-database-good = Sie lässt sich beschreiben.
health-database-bad = Sie lässt sich nicht beschreiben; bis dahin geschieht nichts. Sehen Sie nach, ob die Festplatte voll ist, oder führen Sie auf dem Server „attache doctor“ aus.
health-record = Audit-Protokoll
health-record-good = Es wird geschrieben.
health-record-bad = Niemand schreibt es, und ohne es geschieht nichts. Starten Sie attache neu.
health-signing = Signaturen des Audit-Protokolls
health-signing-good = Zuletzt signiert { $last }.
health-signing-bad = Seit { $since } folgt es nicht mehr aus dem, was zuvor signiert wurde, und es wird nichts mehr signiert. Einträge wurden vielleicht geändert oder entfernt, oder eine ältere Kopie der Datenbank wurde zurückgespielt. Führen Sie auf dem Server „attache audit verify“ aus.
health-signing-none = Noch niemand hat es signiert. Setzen Sie „audit.signing_key_file“; sonst kann, wer in die Datenbank schreiben darf, es unbemerkt umschreiben.
health-entra = Anmeldung bei Microsoft
health-graph = Microsoft Graph
health-reached = Antwortet.
health-not-reached = Antwortet nicht. Bis dahin scheitern Aufrufe; keine Verbindung geht verloren. Prüfen Sie Netz, Proxy und den Dienststatus von Microsoft.
health-trouble = Was Microsoft zu attache sagt
health-trouble-none = An dieser Installation ist nichts auszusetzen.
health-trouble-last = Zuletzt gehört: { $last }.
health-credential = Nachweis gegenüber Microsoft
health-credential-days = { $count ->
    [0] Das Zertifikat ist abgelaufen oder läuft heute ab.
    [one] Das Zertifikat läuft morgen ab.
   *[other] Das Zertifikat läuft in { $count } Tagen ab.
 }
health-credential-secret = attache weist sich mit einem Geheimnis aus. Wann es abläuft, steht bei Microsoft unter „Zertifikate & Geheimnisse“.
health-keys = Schlüssel der gespeicherten Verbindungen
health-keys-active = { $key } versiegelt.
health-keys-older = { $number } Verbindungen sind noch mit { $key } versiegelt: Behalten Sie den Schlüssel, bis „attache keys rotate“ fertig ist.
health-ending = Unbenutzte Verbindungen
health-ending-none = Keine steht vor ihrem Ende.
health-ending-some = { $count ->
    [one] Eine Verbindung wurde 80 Tage nicht benutzt und ließ sich nicht erneuern. Microsoft beendet sie am 90. Tag.
   *[other] { $count } Verbindungen wurden 80 Tage nicht benutzt und ließen sich nicht erneuern. Microsoft beendet sie am 90. Tag.
 }
health-instances = Instanzen
health-instances-one = Es gibt eine, weil die Datenbank SQLite ist.
health-instances-several = { $count ->
    [0] Keine hält gerade ein Zugriffstoken.
    [one] Eine hält gerade Zugriffstoken.
   *[other] { $count } halten gerade Zugriffstoken.
 }
health-version = Version
health-tools = Werkzeuge
health-tools-about = Was Agenten über die Werkzeuge erfahren, ist Teil des Programms. Die Dokumente der Version und die Meldung beim Start nennen dieselbe Prüfsumme:
health-good = Gut
health-weak = Ansehen
health-bad = Schlecht

nav-audit = Protokoll
audit-title = Protokoll
audit-about = Alles, was in Ihrer Organisation geschehen ist, das Neueste zuerst. Es enthält Kennungen und keine Kalenderinhalte.
audit-none = Sobald sich jemand anmeldet, erscheint es hier.
audit-none-filtered = Wählen Sie eine andere Person, Art, Zeit, ein anderes Werkzeug oder Ergebnis.
audit-filter-person = Person
audit-filter-agent = Agent (Kennung)
audit-filter-group = Worüber
audit-filter-reason = Grund (Code)
audit-filter-since = Von (UTC)
audit-filter-until = Bis (UTC)
audit-group-calls = Aufrufe
audit-group-approvals = Freigaben
audit-group-connections = Verbindungen
audit-group-sign_ins = An- und Abmelden
audit-group-changes = Einstellungen und Schlüssel
audit-group-record = Das Protokoll selbst
audit-by = durch { $name }
audit-kind-signed_in = Angemeldet
audit-kind-signed_out = Abgemeldet
audit-kind-administrator_appointed = Wurde zur Administration ernannt
audit-kind-own_level_changed = Hat ein Werkzeug für sich strenger eingestellt
audit-verify = Protokoll prüfen
audit-verify-about = Prüft, ob jeder der neuesten 200.000 Einträge aus dem vorigen folgt und ob jeder daneben aufbewahrte Prüfpunkt stimmt und von einem Schlüssel signiert ist, den das Protokoll nennt. Was gefunden wurde, steht selbst im Protokoll. Alle Einträge, und ob es die richtigen Schlüssel sind: attache audit verify.
audit-verify-button = Jetzt prüfen
audit-export = Exportieren
audit-export-about = Gibt die neuesten 10.000 Einträge der Auswahl oben heraus, einen je Zeile. Dass Sie es getan haben, steht im Protokoll. Alle Einträge, in einer Form, die sich anderswo prüfen lässt: attache audit export.
audit-entry-title = Eintrag { $number }
audit-fields = So steht es im Protokoll
audit-hash = Prüfsumme in der Kette
audit-upstream = Anfragen an Microsoft
audit-upstream-about = Microsofts Graph-Aktivitätsprotokolle führen sie als RequestId und ClientRequestId; die Anmeldeprotokolle führen Token-Anfragen mit der ClientRequestId als Korrelations-ID.
audit-text = Der Text, für den die Prüfsumme steht
outcome-refused = abgelehnt
outcome-begun = begonnen
outcome-whole = unversehrt
outcome-broken = BESCHÄDIGT
outcome-connected = verbunden
audit-kind-approval_requested = { $tool }: die Person wurde gefragt
audit-kind-approval_decided = { $tool }: die Person hat entschieden
audit-outcome-approved = genehmigt
audit-outcome-declined = abgelehnt
