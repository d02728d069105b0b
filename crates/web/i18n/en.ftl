# The words of the pages in English. de.ftl has the same ids with the same variables.

## Frame

skip = Skip to the content
simulator = Simulator: this is not Microsoft
nav-label = Sections
nav-integrations = Integrations
nav-approvals = Approvals
nav-activity = Activity
nav-keys = Keys
nav-tools = Tools & Permissions
language-label = Language
sign-out = Sign out
signed-in-as = Signed in as
footer = Acts only as you, only with the tools your administrator has allowed, with every step on record.
next-page = Older
copy = Copy
copied = Copied
cancel = Cancel
not-yet = Not yet
never = Never
utc = Times are shown in UTC until a calendar is connected.
times-in = Times are shown in { $zone }.

## Levels and effects

level-always_allow = Always Allow
level-ask = Ask for Permission
level-deny = Deny
level-unset = not set
effect-read = Reads
effect-write = Writes and mails people
effect-destructive = Removes and mails people

## Sign-in page

sign-in-title = Sign in
sign-in-heading = Your calendar, in good hands.
sign-in-about = attache lets AI agents work in your Outlook calendar, as you. They can use only the tools your administrator has allowed, and every step is on record.
sign-in-button = Sign in with Microsoft
sign-in-small = Signing in shares your name and address with attache. Your calendar is a separate step that you take yourself.
sign-in-promises = What it will never do
promise-silent = Act behind your back
promise-silent-text = What your administrator marks “Ask for Permission” waits until you say yes, on our own page.
promise-beyond = Go beyond you
promise-beyond-text = It has no access of its own. It sees what you see, and ends the moment you disconnect.
promise-pass = Hand out your sign-in
promise-pass-text = No agent ever gets your password or a Microsoft token. They get tools, nothing else.

## Integrations

integrations-title = Integrations
integrations-about = What agents can work with on your behalf. You connect each one yourself, and can disconnect it at any time.
outlook = Outlook Calendar
outlook-about = Events, meeting times and the people you meet, from your Microsoft 365 account.
connected-note = Outlook Calendar is connected.
disconnected-note = Outlook Calendar is disconnected. Nothing of your grant is left here.

state-never = Not connected
state-connected = Connected
state-needs_sign_in = Sign in again
state-needs_admin = Waits for an administrator
state-revoked = Ended
state-damaged = Needs to be connected again
state-disconnected = Disconnected

next-never = Connect your calendar. Microsoft will ask you once for the permissions listed below.
next-connected = Agents can use the tools below. There is nothing you need to do.
next-connected-missing = Microsoft granted less than was asked for, so some tools are unavailable. Connect again to add what is missing.
next-needs_sign_in = Microsoft wants to see you again before attache may go on. Sign in once; requests that are waiting are kept.
next-needs_admin-consent_missing = An administrator at Microsoft must consent to attache for your organisation. Ask them, then try again here.
next-needs_admin-blocked_by_policy = A policy of your organisation blocks the sign-in. Ask your Microsoft administrator which one, then try again here.
next-needs_admin-app_unavailable = attache is disabled in your organisation's Microsoft directory. Ask your Microsoft administrator to enable it, then try again here.
next-revoked-ended_at_microsoft = The permission was withdrawn at Microsoft. If that was not intended, connect again.
next-revoked-expired = The permission was not used for too long and has expired. Connect again.
next-revoked-account_disabled = Microsoft reports your account as disabled. Ask your administrator; once it is enabled, connect again.
next-damaged = Your stored permission can no longer be opened, so attache does not use it. Connect again to replace it.
next-disconnected = Nothing is connected. Connect your calendar to let agents use it again.
waits-for-sign-in = This goes on by itself once you have signed in:

number-second_factor = Microsoft wants a second confirmation, such as a code or your phone. You give it while signing in.
number-password = Your password has expired or was changed. You set a new one while signing in.
number-frequency = Your organisation asks everybody to sign in again from time to time.
number-locked = Your account is locked at the moment. Your Microsoft administrator can unlock it.
number-not_assigned = Your organisation lets only assigned people use attache, and you are not among them. Ask your Microsoft administrator to assign you first.
number-device = Your organisation asks for a managed device or an approved app. attache runs on a server and has none, so your Microsoft administrator must make an exception for it.
number-risk = Microsoft considers your account at risk. Your Microsoft administrator can see why.
number-policy = The policy may want requests to come from certain networks. attache asks Microsoft from its own server; your Microsoft administrator can allow its address.
number-account = This account does not belong to the organisation's directory, or its invitation was not accepted yet. Use your work account, or ask your Microsoft administrator.
number-tenant = Your organisation or the other one does not allow its accounts to be used here. Their Microsoft administrators can change that.
number-licence = Your organisation has no licence for the service that attache needs. Ask your Microsoft administrator.

trouble-refused = Microsoft has refused attache itself since { $since } UTC ({ $number }): its secret, certificate, clock or registration. Nobody's connection is lost. Run “attache doctor” on the server.
trouble-misunderstood = Microsoft has not understood what attache asks since { $since } UTC ({ $number }). Nobody's connection is lost. Run “attache doctor” on the server.
trouble-single_page_app = Since { $since } UTC Microsoft has told that attache's redirect address is registered for a single-page app ({ $number }), so connections end after a day. Register it as “Web”.

consent-title = Microsoft says that an administrator must approve?
consent-about = In many organisations only an administrator of Microsoft's directory may consent, once for everybody. Send this text to yours; when that is done, come back and connect.

consented-title = Thank you, that is all
consented-what = If Microsoft said that the permissions were granted, people of your organisation can connect their calendars now.
consented-next = You need not tell attache anything. Tell the person who asked you to connect again. Your consent lets nobody do anything by itself: what agents may do is set in attache, and nothing is allowed until then.

connect = Connect
connect-again = Connect again
sign-in-again = Sign in again
try-again = Try again

fact-since = Connected since
fact-ends = Ends unless it is used before
fact-zone = Time zone
fact-number = Microsoft's number
fact-account = Account

your-tools = Your tools
your-tools-about = What agents can do in your calendar today. Levels are set by your administrator; you can be stricter for yourself.
column-own = For you
column-agent = For this agent
own-always_allow = As set
own-ask = Ask me first
own-deny = Never
own-save = Save for me
own-saved = Saved. It counts from the next call on.
tool-available = Available
tool-unavailable = Unavailable
hidden-level_denies = Your administrator has not allowed it.
hidden-person_denies = You have ruled it out for yourself.
hidden-not_connected = Your calendar is not connected.
hidden-missing_scopes = Microsoft did not grant { $scopes }.
hidden-approval_does_not_fit = It is not available at the moment.
column-tool = Tool
column-level = Level
column-state = For agents

scopes-title = Permissions
scopes-about = These ten permissions, no others, and only as you: none of them lets attache into other people's mail, files or calendars that are not shared with you.
scopes-missing = not granted
scope-use = Used for
scope-openid = Tells attache which account you are.
scope-openid-use = Knowing that it is you, at sign-in and at Connect.
scope-offline-access = Lets your agents work while you are away, until you disconnect.
scope-offline-access-use = Staying connected without asking you to sign in every hour.
scope-email = Shows your e-mail address.
scope-email-use = Showing you which account is connected. It never identifies you.
scope-profile = Shows your name.
scope-profile-use = Greeting you and naming you on approvals.
scope-user-read = Reads your own profile.
scope-user-read-use = Read Profile: your name, address and language.
scope-contacts-read = Reads your Outlook contacts.
scope-contacts-read-use = Search Contacts: finding the address of a person you name.
scope-people-read = Reads the list of people you work with.
scope-people-read-use = Search Contacts: ranking the right “Anna” first.
scope-user-readbasic-all = Reads names and addresses in your company's directory.
scope-user-readbasic-all-use = Search Contacts: finding colleagues you have not met yet.
scope-calendars-readwrite = Reads and changes your own calendars.
scope-calendars-readwrite-use = Finding, creating, changing and cancelling your events.
scope-calendars-read-shared = Reads calendars that others share with you, and when people are free.
scope-calendars-read-shared-use = Finding a time that suits everybody.

disconnect = Disconnect
disconnect-about = Ends every agent's access to your calendar and destroys the stored permission.
disconnect-title = Disconnect Outlook Calendar?
disconnect-what-1 = The stored permission is destroyed first; nothing can bring it back.
disconnect-what-2 = Requests that wait for your approval are cancelled.
disconnect-what-3 = Your events stay as they are, and your record stays readable.
disconnect-microsoft = Microsoft keeps its own record of your consent and may not ask again when you reconnect. You can remove it there, unless an administrator consented for everybody:
disconnect-confirm = Disconnect now

## Tools & Permissions

tools-title = Tools & Permissions
tools-about = What agents may do in your organisation, tool by tool. What you do not allow does not exist for any agent.
tools-recommended-title = Recommended start
tools-recommended-about = Tools that read: Always Allow. Tools that write: Ask for Permission.
tools-recommended = Use recommended
tools-not-set = not set (= Deny)
tools-set-by = Set by { $name }, { $when }
tools-set-at = Set { $when }
tools-save = Save
tools-saved = { $count ->
    [0] Nothing was changed.
    [one] One level was changed. It counts from the next call on.
   *[other] { $count } levels were changed. They count from the next call on.
  }
tools-changed = Somebody changed these levels meanwhile; nothing was saved. Look again and save.
asked-title = How often people are asked
asked-about = In the last 90 days. Whoever is asked often and always says yes stops reading.
asked-requests = { $count ->
    [one] 1 request
   *[other] { $count } requests
  }
asked-decided = { $requests }: { $approved } of { $decided } approved, half of them decided within { $half }, { $quick }% in less than 2 seconds.
asked-decided-untimed = { $requests }: { $approved } of { $decided } approved.
asked-undecided = { $requests }: not decided yet.
asked-seconds = { $count ->
    [one] 1 second
   *[other] { $count } seconds
  }
asked-minutes = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
  }
asked-suggest-allow = Hardly anybody reads these any more: consider Always Allow with rules for asking.
asked-suggest-allow-read = Hardly anybody reads these any more: consider Always Allow.
asked-suggest-deny = Most of these are declined: consider Deny.

rules-title = Ask anyway
rules-about = A tool that writes and is set to Always Allow asks the person all the same when one of these is so. What cannot be known beforehand asks too.
rule-outside_attendee = Somebody outside the organisation takes part
rule-more_attendees_than = More than | people take part
rule-series = It is about a series
rule-outside_working_hours = Some of it is outside the person's working hours
rule-starts_within_minutes = It starts within | minutes
rules-save = Apply rules
rules-saved = The rules were saved. They count from the next call on.

taint-title = After reading what others wrote
taint-about = Whoever can send an invitation can try to give an agent orders. So an agent that has read what others wrote asks for a day, although the tool is set to Always Allow: before it reaches somebody outside the organisation, or somebody it does not know to be inside, and before it passes on 40 characters or more of what it read. Untick a tool only if you trust every sender.
taint-save = Apply
taint-saved = It was saved and counts from the next call on.

changes-link = Changes, and taking them back
changes-title = Changes
changes-about = What administrators have changed about levels and rules, newest first. Taking a change back is a change of its own and counts from the next call on.
changes-none = Nothing was changed yet
changes-none-about = As soon as an administrator sets a level or a rule, it appears here.
changes-from-to = { $from } → { $to }
changes-rules-came = Now asks: { $rules }.
changes-rules-went = No longer asks: { $rules }.
changes-taint-on = Asks again after reading what others wrote
changes-taint-off = No longer asks after reading what others wrote
changes-undo = Undo
changes-undo-level = Sets { $level } again.
changes-undo-rules = Sets the rules as they were before.
changes-undo-taint-on = It will no longer ask then.
changes-undo-taint-off = It will ask then again.
changes-again = Changed again since
changes-undone = It was taken back. It counts from the next call on.
changes-since = The same was changed again since, so nothing was taken back. Look at the newer change.

preview-button = What would have happened
preview-title = What would have happened
preview-about = How agents’ calls of the last week ended, and how they would have ended with the levels you have chosen. Nothing is saved yet.
preview-calls = Calls
preview-since = Since
preview-cut = There were more calls in this week than are looked at.
preview-none = No agent called anything, and no level would change.
preview-not-called = Not called.
preview-ran = Ran
preview-asked = Asked
preview-denied = Denied
preview-unknown = { $count ->
    [one] One call would have run or asked: whether a rule or the person would have asked is not on record.
   *[other] { $count } calls would have run or asked: whether a rule or the person would have asked is not on record.
  }
preview-limits = What nobody can know
preview-limit-unlisted = What agents would have tried, had they known of a tool that was denied to them.
preview-limit-rules = Which calls another rule would have stopped: the record holds no titles, people or times.
preview-limit-answers = Whether a person would have said yes. Calls that failed for other reasons, such as wrong arguments or no connection, are left out.
preview-raised = Asked although the level allowed it
preview-raised-about = How often a rule, or what an agent had read, led to a question in this time.
preview-raised-by = Because
preview-raised-number = Questions
preview-more_attendees_than = Many people take part
preview-starts_within_minutes = It starts soon
preview-person_asks = The person wants to be asked
preview-taint_outside = The agent had read what others wrote, and would have reached somebody outside
preview-taint_copied = The agent would have passed on what others wrote
preview-back = Back without saving

tool-search_events = Search Events
tool-search_events-about = Looks for events in a span of time, in the person's own calendar or one that is shared with her.
tool-read_event = Read Event
tool-read_event-about = Opens one event with its text, place and attendees. What nobody can see in a text is left out.
tool-find_times = Find Meeting Times
tool-find_times-about = Looks for times when everybody is free.
tool-create_event = Create Event
tool-create_event-about = Puts a new event into the person's calendar. Everybody invited gets an e-mail.
tool-update_event = Update Event
tool-update_event-about = Changes an event. Everybody invited gets an e-mail.
tool-cancel_event = Cancel Event
tool-cancel_event-about = Cancels an event, or removes the person's copy. Everybody invited gets an e-mail.
tool-respond_to_event = Respond to Event
tool-respond_to_event-about = Accepts or declines an invitation. The organiser gets an e-mail.
tool-search_contacts = Search Contacts
tool-search_contacts-about = Finds people by name in contacts, frequent colleagues and the company's directory.
tool-read_profile = Read Profile
tool-read_profile-about = Reads the person's own name, address, time zone, working hours and the names of her calendars.
tool-check_approval = Check Approval
tool-check_approval-about = Lets an agent learn what became of a request it made.

## Approvals

approvals-title = Approvals
approvals-about = What agents want to do and may not do without you.
approvals-waiting = { $count ->
    [one] 1 request is waiting for you
   *[other] { $count } requests are waiting for you
  }
approvals-pending = Waiting
approvals-all = All
approvals-filter = Show
approvals-filter-state = State
approvals-filter-agent = Agent
approvals-none-filtered = Nothing fits
approvals-none-filtered-about = Choose another state, tool or agent.
approvals-none = Nothing is waiting for you
approvals-none-about = When an agent wants to do something that needs your yes, it appears here.
approvals-none-all = No requests yet
approvals-new = There is something new.
approvals-refresh = Show
approvals-asked-by = { $agent } asked { $when }
approvals-until = Waits until { $when }

approval-pending = Waiting
approval-executing = Running
approval-parked = Waits for your sign-in
approval-done = Done
approval-failed = Failed
approval-unknown = Outcome unknown
approval-declined = Declined
approval-expired = Expired
approval-void = No longer valid

approval-will-create_event = Create this event?
approval-will-other = Do this? { $tool }
approval-copied-title = Copied from what others wrote
approval-copied-about = The agent has read these words elsewhere and would send them on. Whoever wrote them may want just that.
approval-copied-event = Copied from the event of { $by }, { $when }
approval-copied-by = Copied from what { $by } wrote
approval-copied-private = Copied from your private event, { $when }
approval-copied-unknown = Copied from what somebody else wrote
approval-effect-calendar = It will be in your Outlook calendar right away, under your name.
approval-do-change = Change this event?
approval-do-cancel = Cancel this event?
approval-do-remove_own_copy = Remove your copy of this event?
approval-do-accept = Accept this invitation?
approval-do-tentative = Answer “perhaps” to this invitation?
approval-do-decline = Decline this invitation?
approval-act-cancel = The event is called off and leaves the calendars of everybody invited.
approval-act-remove_own_copy = Only your copy goes: the meeting still takes place and the organiser is not told.
approval-act-accept = Your answer will be: yes.
approval-act-tentative = Your answer will be: perhaps.
approval-act-decline = Your answer will be: no. The event leaves your calendar.
approval-scope-this = If it belongs to a series: only this one occurrence.
approval-scope-following = This occurrence and all later ones of its series.
approval-scope-all = The whole series, every occurrence.
approval-mails-everybody = Everybody who is invited gets an e-mail, if you are the organiser.
approval-mails-organizer = The organiser gets an e-mail.
approval-starts = begins { $when }
approval-starts-or-day = begins { $when }, or all day on { $day }
approval-changes = New values
approval-who-added = Newly invited
approval-who-removed = No longer invited
approval-comment = Message sent along
approval-proposed = Proposed time instead
approval-field-title = Title
approval-field-start = Start
approval-field-end = End
approval-field-duration = Length
approval-field-move_days = Moved
approval-field-move_minutes = Moved
approval-field-location = Place
approval-field-show_as = Shown as
approval-field-sensitivity = Marked as
approval-field-reminder = Reminder
approval-field-categories = Categories
approval-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
approval-later-days = { $count ->
    [one] { $count } day later
   *[other] { $count } days later
}
approval-earlier-days = { $count ->
    [one] { $count } day earlier
   *[other] { $count } days earlier
}
approval-later-minutes = { $count ->
    [one] { $count } minute later
   *[other] { $count } minutes later
}
approval-earlier-minutes = { $count ->
    [one] { $count } minute earlier
   *[other] { $count } minutes earlier
}
approval-reminder-before = { $count ->
    [one] { $count } minute before
   *[other] { $count } minutes before
}
approval-value-none = none
approval-value-free = free
approval-value-tentative = tentative
approval-value-busy = busy
approval-value-out_of_office = out of office
approval-value-working_elsewhere = working elsewhere
approval-value-normal = normal
approval-value-personal = personal
approval-value-private = private
approval-value-confidential = confidential
approval-notice-card_changed = The request is not as it was when you said yes: something in your calendar changed. Nothing was done. Please read it again.
approval-notice-event_changed = The event changed after you had seen it, so nothing was done. This is the same request with the event as it is now.
approval-notice-not_looked_at = attache could not look at the event, so nothing was done. Please read the card again.
approval-looked = attache looked at your calendar { $when }.
approval-look-failed = Microsoft cannot be reached just now, so attache does not know what else is in your calendar then.
approval-look-failed-existing = Microsoft cannot be reached just now, so attache cannot show you the event. You can approve only what you can see.
approval-look-refused = This cannot be done as the event is now.
approval-look-event_not_found = This event is not at its time any more: it was moved, cancelled or removed. The request cannot be carried out.
approval-look-not_organizer = You do not organise this meeting, so it cannot be done like this.
approval-look-is_organizer = You organise this meeting yourself, so it cannot be done like this.
approval-look-already_cancelled = The organiser has cancelled this meeting already.
approval-look-proposals_not_allowed = The organiser does not let people propose another time.
approval-look-needs_sign_in = Microsoft wants you to sign in again before attache can show you the event. The Outlook Calendar page has the link.
approval-look-again = Look again
approval-asked-anew = The same request, with the event as it is now
approval-beside = At the same time
approval-beside-none = Nothing else
approval-even-if-exists = It is made even if the same event is in the calendar already.
approval-already-so = Everything is so already: nothing would change.
approval-already-there = The same event is in your calendar already: no second one would be made.
approval-own-copy = You do not organise this meeting: only your own copy changes, and the organiser’s next update overwrites it.
approval-link-stays = The link to join stays as it is.
approval-organizer = Organiser
approval-who-stays = Stay invited
approval-answer-accepted = has accepted
approval-answer-tentative = perhaps
approval-answer-declined = has declined
approval-answer-none = no answer yet
approval-mailed = { $count ->
    [one] One person gets an e-mail.
   *[other] { $count } people get an e-mail.
}
approval-beside-more = { $count ->
    [one] and one more
   *[other] and { $count } more
}
approval-repeats = Repeats
approval-repeats-events = { $count ->
    [one] { $count } event
   *[other] { $count } events
}
approval-repeats-from-to = { $events }, from { $first } to { $last }
approval-repeats-endless = From { $first }, without end
approval-query = Searches for
approval-will-read = Let the agent read this?
approval-effect-read = It only reads. Nothing is changed and nobody is mailed.
approval-effect-person = What it finds goes to the agent that asks.
approval-mails-none = Nobody gets an e-mail.
approval-mails = { $count ->
    [one] One person gets an e-mail invitation from you.
   *[other] { $count } people get an e-mail invitation from you.
  }
approval-outside = { $count ->
    [one] One of them is outside your organisation.
   *[other] { $count } of them are outside your organisation.
  }
approval-title = Title
approval-when = When
approval-when-yours = Your time: { $when } ({ $zone })
approval-all-day = All day
approval-where = Where
approval-online = Online meeting
approval-online-yes = An online meeting with a link to join is created.
approval-who = Who is invited
approval-who-none = Nobody but you
approval-whose = Whose free and busy times it reads, beside yours
approval-optional = optional
approval-outside-mark = outside
approval-group = group
approval-groups = { $count ->
    [one] One of them is a group: everybody in it gets the e-mail.
   *[other] { $count } of them are groups: everybody in them gets the e-mail.
  }
approval-lookalike = This address is written with look-alike or foreign letters. Check it letter by letter.
approval-hidden-characters = This text contains invisible characters. They are shown as [U+…].
approval-text = Text of the invitation
approval-text-before = Text that this replaces
approval-asks = Who asks
approval-asked = Asked
approval-expires = Expires
approval-decided = Decided
approval-approve = Approve
approval-decline = Decline
approval-stop = Do not do it
approval-note = Exactly what you see is what happens. The agent can neither change it nor approve it.

outcome-title-executing = It is running
outcome-text-executing = You approved it. This page shows the outcome in a moment.
outcome-title-parked = It waits for you to sign in at Microsoft
outcome-text-parked = Nothing has been done yet. Once you have signed in, it goes on by itself; until then you can stop it.
outcome-title-done = Done
outcome-text-done = Outlook confirmed it. The agent can see the outcome.
outcome-title-failed = It did not work
outcome-text-failed = You approved it, but it could not be carried out. Nothing was changed as far as Outlook says. The agent may ask again.
outcome-title-unknown = The outcome is not known
outcome-text-unknown = It was sent to Microsoft, but no answer came back. Look into your calendar before you ask for it again.
outcome-text-looking = It was sent to Microsoft, but no answer came back. attache looks in your calendar what became of it and says so here, usually within a minute. Nothing is sent twice.
outcome-text-not_done = Microsoft’s answer was lost. attache has looked in your calendar: it was not done. The agent may ask again.
outcome-text-found = Microsoft’s answer was lost. attache has looked in your calendar: it was done.
outcome-title-declined = Declined
outcome-text-declined = Nothing was changed and nobody was mailed.
outcome-title-expired = Expired
outcome-text-expired = Nobody decided in time, so nothing happened. The agent may ask again.
outcome-title-void = No longer valid
outcome-text-void = A level, your connection or the agent's key changed in the meantime, so nothing happened.
outcome-title-already_exists = Already there
outcome-already_exists = The calendar has this event already. Nothing was created and nobody was mailed.
outcome-unverified = Outlook accepted it, but what it now holds could not be checked or differs from what you approved. Look at it in your calendar.
outcome-code = Reason

## Activity

activity-title = Activity
activity-about = What was done in your name, newest first. Only you and your administrators see it. It holds no content of your calendar.
activity-none = Nothing yet
activity-none-about = As soon as an agent uses a tool, or you connect, sign in or decide, it appears here.
activity-none-filtered = Nothing matches
activity-none-filtered-about = Choose another tool, agent, outcome or time.
activity-filter = Filter
activity-filter-tool = Tool
activity-filter-agent = Agent
activity-filter-outcome = Outcome
activity-any = All
activity-show = Show
activity-by = by { $agent }
activity-asked = asked by { $agent }
activity-for = for { $agent }
activity-call = { $tool }: { $outcome }
activity-reason = Reason: { $reason }
activity-before = Before: { $level }
reason-too_many_writes = Too many changes in a minute.
reason-too_many_invitations = Too many people outside the organisation would have been invited in a day.
reason-too_many_calls = Too many calls in a minute.
reason-level_denies = The administrator has not allowed it.
reason-person_denies = The person has ruled it out herself.
reason-not_connected = The calendar was not connected.
reason-missing_scopes = Microsoft did not grant what it needs.
reason-approval_does_not_fit = The approval was not for this call, or too old.

kind-signed_in = You signed in
kind-signed_out = You signed out
kind-administrator_appointed = You became an administrator
kind-connect_started = Connecting Outlook Calendar: started
kind-connected = Outlook Calendar: connected
kind-connect_failed = Connecting Outlook Calendar: failed
kind-connection_state_changed = Outlook Calendar: state changed
kind-disconnected = Outlook Calendar: disconnected
kind-token_refreshed = Permission renewed with Microsoft
kind-token_refresh_failed = Renewing the permission with Microsoft: failed
kind-level_changed = A tool's level was changed
kind-rules_changed = The rules for asking were changed
kind-taint_switched = Whether { $tool } asks after reading what others wrote was changed
kind-own_level_changed = You changed how strict a tool is for you
kind-checkpoint_key_used = The record is signed with a new key
kind-entries_removed = Old entries of the record were removed
kind-audit_exported = The record was exported
kind-audit_verified = The record was verified
kind-record_broken = The record was found altered
kind-key_created = Key created
kind-key_revoked = Key revoked
kind-started = attache started
kind-stopped = attache stopped
kind-clock_jumped = The clock of attache’s machine was set
kind-sign_in_failed = Signing in failed
kind-tools_listed = Tools were listed to an agent
kind-audit_read = The record was read
kind-card_read = The operator of attache read your card: { $tool }
kind-approval_ended = { $tool }: the question ended without an answer
kind-call_begun = { $tool }: started
kind-call_finished = { $tool }: finished
kind-call_denied = { $tool }: denied
kind-call_parked = { $tool }: waits for the sign-in at Microsoft
kind-call_reconciled = { $tool }: looked after a lost answer
kind-limit_hit = A call was refused: too much in too short a time
kind-approval_requested = { $tool }: you were asked
kind-approval_decided = { $tool }: you decided
kind-keys_rotated = The stored connections were sealed with another key
kind-unknown-tool = A tool

outcome-done = done
outcome-failed = failed
outcome-unknown = outcome unknown
outcome-denied = denied
outcome-ambiguous = several matches, asked back
outcome-approval_required = waits for your approval
outcome-approved = you approved
outcome-declined = you declined
outcome-expired = expired
outcome-pending = waiting
outcome-void = no longer valid

surface-mcp = MCP
surface-rest = REST
surface-page = attache

## Keys

keys-title = Keys
keys-about = A key lets one agent work for you. It can do no more than your administrator allows, and you can revoke it at any time.
keys-create = Create a key
keys-name = Name of the agent
keys-name-hint = As it should appear on approvals, for example “Claude on my laptop”.
keys-lifetime = Valid for
keys-days-30 = 30 days
keys-days-90 = 90 days
keys-days-365 = 1 year
keys-create-button = Create key
keys-list = Your keys
keys-none = No keys yet
keys-none-about = Create one above and give it to an agent.
keys-column-name = Name
keys-column-hint = Ends in
keys-column-created = Created
keys-column-used = Last used
keys-column-expires = Expires
keys-column-action = Action
keys-revoke = Revoke
keys-revoke-label = Revoke { $name }
keys-revoked = Revoked
keys-expired = Expired
keys-revoked-note = The key is revoked. Whoever holds it can do nothing with it any more.
keys-narrowed = { $count ->
    [one] Narrowed for one tool
   *[other] Narrowed for { $count } tools
}
key-about = What the agent with this key may do.
key-tools = Tools for this agent
key-tools-about = Levels are set by your administrator. You can be stricter with this agent than with your others, never milder.
key-save = Save for this agent
key-over = Its agent can do nothing any more.
keys-new-title = Your new key
keys-new-about = This is the only time it is shown. Copy it now and keep it where you keep passwords.
keys-new-label = Key of { $name }
keys-new-mcp = For an MCP client: this address, with the header below
keys-new-rest = For a program: REST, with the key in the variable ATTACHE_KEY
keys-new-done = I have copied it

## Setup

setup-title = Set up
setup-heading = Become the first administrator
setup-about = While nobody is an administrator, attache prints a one-time secret on its server: when it starts in a terminal, or with “attache admin bootstrap”. Whoever enters it becomes an administrator of the organisation they are signed in to.
setup-secret = One-time secret
setup-button = Become administrator
setup-signed-in = You are signed in as { $login }.

## Errors

error-next = What you can do
error-request = Request
error-home = Back to attache
error-retry-connect = Back to Outlook Calendar
error-open = Open the page that helps
error-link = Open the page for administrators
error-forward = Text to forward to your administrator
error-forward-text = Please consent to attache for our organisation, so that it can be used with Outlook Calendar. It asks for ten delegated permissions, listed with their reasons on its Outlook Calendar page. The link for consent: { $link }

error-general-title = Something went wrong
error-general-what = attache could not do this.
error-general-next = Try again. If it happens again, tell your administrator the request number below.

error-unauthenticated-title = You are not signed in
error-unauthenticated-what = Your session has ended or this page needs you to sign in.
error-unauthenticated-next = Sign in and try again.
error-forbidden-title = This is not for you
error-forbidden-what = Your account may not do this.
error-forbidden-next = If you need it, ask an administrator of your organisation.
error-not_found-title = There is nothing here
error-not_found-what = The page or item does not exist, or is not yours.
error-not_found-next = Check the address, or start from the beginning.
error-invalid-title = Something was not accepted
error-invalid-what = attache could not use what was entered.
error-invalid-next = Go back, check what you entered and try again.
error-not_connected-title = Your calendar is not connected
error-not_connected-what = This needs a working connection to Outlook Calendar.
error-not_connected-next = Open Integrations and connect your calendar.
error-conflict-title = It has changed in the meantime
error-conflict-what = Somebody or something was faster, so nothing was done.
error-conflict-next = Go back and look at the current state.
error-throttled-title = Too much at once
error-throttled-what = Too many requests came in a short time.
error-throttled-next = Wait a minute and try again.
error-too_many_writes-title = Too many changes at once
error-too_many_writes-what = Your agents have made as many changes to your calendar as is allowed in a minute. Nothing was done, and the request still waits for your decision.
error-too_many_writes-next = Wait a minute and decide again.
error-too_many_invitations-title = Too many invitations
error-too_many_invitations-what = Your agents have invited as many people outside your organisation as is allowed in a day. Nothing was done, and the request still waits for your decision.
error-too_many_invitations-next = Decline it, or decide again later. If you need more, ask your administrator.
error-microsoft-title = Microsoft had trouble
error-microsoft-what = Microsoft answered with an error.
error-microsoft-next = Try again in a few minutes.
error-unreachable-title = Microsoft could not be reached
error-unreachable-what = No answer came from Microsoft.
error-unreachable-next = Try again in a few minutes. If it lasts, tell your administrator.
error-outcome_unknown-title = The outcome is not known
error-outcome_unknown-what = It was sent to Microsoft, but no answer came back.
error-outcome_unknown-next = Look into your calendar before you try it again.
error-unavailable-title = attache is not ready
error-unavailable-what = attache cannot reach something that it needs to work safely, so it does nothing.
error-unavailable-next = Try again in a few minutes. If it lasts, tell your administrator.

error-form_outdated-title = This form is out of date
error-form_outdated-what = The form belongs to another or an earlier session, so it was not carried out.
error-form_outdated-next = Go back, reload the page and try again.
error-cross_site-title = This came from another site
error-cross_site-what = Another site tried to send this in your name, so it was refused.
error-cross_site-next = If you meant to do it, open attache itself and do it there.
error-not_opened-title = This page must be opened by itself
error-not_opened-what = Something asked for it ahead of time, in a frame or as a part of another page, so it was not shown.
error-not_opened-next = Open the address itself in your browser.
error-administrators_only-title = For administrators only
error-administrators_only-what = This page is for the administrators of your organisation.
error-administrators_only-next = If you need it, ask an administrator of your organisation.
error-setup_already_done-title = You need not do this
error-setup_already_done-what = Your organisation has an administrator already.
error-setup_already_done-next = Ask that administrator. There is nothing to set up here.
error-setup_secret_wrong-title = That was not the secret
error-setup_secret_wrong-what = The secret is wrong, has expired or was already used.
error-setup_secret_wrong-next = Copy it again. If it is gone, “attache admin bootstrap” on the server prints a new one.
error-already_decided-title = Already decided
error-already_decided-what = This request was decided before, or nobody decided in time.
error-already_decided-next = Look at Approvals for what became of it.
error-invalid_name-title = The key needs a name
error-invalid_name-what = Without a name you would not recognise the agent on its requests.
error-invalid_name-next = Go back and give the key a name.
error-levels_changed-title = Somebody changed these levels meanwhile
error-levels_changed-what = Another administrator was faster, so nothing was saved.
error-levels_changed-next = Open Tools & Permissions, look again and save.
error-needs_sign_in-title = Sign in at Microsoft first
error-needs_sign_in-what = Microsoft wants to see you again before attache may go on.
error-needs_sign_in-next = Open Outlook Calendar and sign in again there.
error-needs_admin-title = A Microsoft administrator must act first
error-needs_admin-what = Microsoft does not let attache go on with your account until an administrator of your organisation has acted there.
error-needs_admin-next = Open Outlook Calendar. It says what to ask your Microsoft administrator for.
error-connection_revoked-title = Your connection has ended
error-connection_revoked-what = The permission to work in your calendar was ended at Microsoft.
error-connection_revoked-next = Open Outlook Calendar and connect again.
error-connection_damaged-title = Your calendar must be connected again
error-connection_damaged-what = Your stored permission can no longer be opened, so attache does not use it.
error-connection_damaged-next = Open Outlook Calendar and connect again to replace it.
error-scopes_missing-title = Microsoft did not grant enough
error-scopes_missing-what = This tool needs a permission that Microsoft did not grant when you connected.
error-scopes_missing-next = Open Outlook Calendar, see what is missing there and connect again.
error-approval_waits_for_administrator-title = A Microsoft administrator must act first
error-approval_waits_for_administrator-what = Nothing was done, and your request is still waiting for your decision.
error-approval_waits_for_administrator-next = See on the Outlook Calendar page what to ask your Microsoft administrator for, then decide here.
error-restarting-title = attache is restarting
error-restarting-what = It takes no new work at the moment, so nothing was done.
error-restarting-next = Try again in a few seconds.
error-attempt_unknown-title = This sign-in has expired
error-attempt_unknown-what = The attempt is too old, was already used, or did not begin here.
error-attempt_unknown-next = Begin again. It takes a minute at most.
error-attempt_other_browser-title = This sign-in began in another browser
error-attempt_other_browser-what = The attempt was begun elsewhere, so it was stopped for your safety.
error-attempt_other_browser-next = Begin again in this browser and do not follow links that others sent you.
error-attempt_other_person-title = Somebody else is signed in here
error-attempt_other_person-what = The attempt was begun by another person than the one signed in now.
error-attempt_other_person-next = Sign out, sign in with your own account and begin again.
error-consent_cancelled-title = You stopped at Microsoft
error-consent_cancelled-what = The sign-in was cancelled, so nothing has changed.
error-consent_cancelled-next = Begin again whenever you like. If Microsoft said that an administrator must approve attache, ask yours first.
error-consent_declined-title = You did not consent
error-consent_declined-what = Microsoft reports that the permissions were declined, so nothing was connected.
error-consent_declined-next = Read what each permission is used for, then connect again if you agree.
error-admin_must_consent-title = Your administrator must agree first
error-admin_must_consent-what = Your organisation lets only administrators consent to these permissions. This is common, and nothing is wrong with your account.
error-admin_must_consent-next = Ask your Microsoft administrator to consent to attache's permissions for your organisation. Then connect again; it will go through.
error-app_unavailable-title = attache is not enabled in your organisation
error-app_unavailable-what = Microsoft reports that attache is disabled in your organisation's directory, or was never added to it. Nothing was connected.
error-app_unavailable-next = Ask your Microsoft administrator to enable it. Then connect again.
error-blocked_by_policy-title = A policy of your organisation does not allow it
error-blocked_by_policy-what = You signed in, but Microsoft does not let attache's server go on with your account. Nothing was connected.
error-blocked_by_policy-next = Ask your Microsoft administrator to allow attache's server address or to make an exception for it. Trying again before that does not help.
error-account_disabled-title = Your account is disabled
error-account_disabled-what = Microsoft reports your account as disabled or gone. Nothing was connected.
error-account_disabled-next = Ask your administrator; once it is enabled, connect again.
error-installation_refused-title = Microsoft does not accept attache itself
error-installation_refused-what = Something about this attache's registration at Microsoft is wrong. It is not about your account, and no connection is lost.
error-installation_refused-next = Tell the people who run this attache the request number below. Trying again before they have acted does not help.
error-tenant_not_allowed-title = Your organisation is not set up here
error-tenant_not_allowed-what = You signed in with an account of an organisation that this attache does not serve.
error-tenant_not_allowed-next = Sign in with your work account, or ask the people who run this attache to add your organisation.
error-microsoft_unreachable-title = Microsoft could not be reached
error-microsoft_unreachable-what = No answer came from Microsoft's sign-in service.
error-microsoft_unreachable-next = Begin again in a few minutes.
error-microsoft_trouble-title = Microsoft had trouble
error-microsoft_trouble-what = Microsoft's sign-in service answered with an error of its own.
error-microsoft_trouble-next = Begin again in a few minutes. If it lasts, tell your administrator the request number below.
error-sign_in_rejected-title = The sign-in was not accepted
error-sign_in_rejected-what = What came back from Microsoft did not pass our checks, so it was not used.
error-sign_in_rejected-next = Begin again. If it happens again, tell your administrator the request number below.
error-admin_consent_declined-title = The consent was not given
error-admin_consent_declined-what = Microsoft reports that the permissions were not granted for the organisation. Nothing has changed.
error-admin_consent_declined-next = Only an administrator of the directory can grant them. Every permission is explained on the Outlook Calendar page; open the link again if you agree.
error-sign-in-again = Sign in again
sign-in-again-about = What you are about to do wants you to prove again who you are. Sign in with Microsoft; afterwards you are back where you were.
error-sign_in_again-title = Sign in again first
error-sign_in_again-what = Always allowing a tool, disconnecting everybody and exporting the audit log need a sign-in of the last 15 minutes. Nothing was done.
error-sign_in_again-next = Sign in again, then repeat it.
error-account_differs-title = That was another account
error-account_differs-what = At Microsoft you chose another account than the one you are signed in with here, so nothing was connected.
error-account_differs-next = Connect again and choose the account you signed in with.

# --- people and connections ---
nav-people = People
people-title = People & connections
people-about = Who in your organisation has connected what, and whether it works. Nobody's calendar is shown here, and nobody's can be.
people-filter = Filter people
people-filter-text = Name or sign-in name
people-filter-state = Connection
people-none = Nobody has signed in yet.
people-none-filtered = Nobody fits this filter.
people-column-name = Person
people-column-state = Outlook Calendar
people-column-since = Connected since
people-column-worked = Last worked
people-column-action = Action
people-administrator = Administrator
people-next = Next page
people-end-label = Disconnect { $name }
people-ended-one = The connection is ended. Nothing of the permission is left here.
people-ended-all = Everybody is disconnected. Nothing of the permissions is left here. To stop Microsoft from giving new ones, set “Enabled for users to sign in” to No at attache's enterprise application there.
people-begins = Everybody is being disconnected.
people-ending = Everybody is being disconnected since { $since }: { $done } of { $of } are, { $left } are left. If that stands still, attache was stopped meanwhile: begin again below, what is ended stays ended.
people-stopped = Not everybody could be disconnected ({ $since }): { $done } of { $of } are, { $left } are left. Begin again below; what is ended stays ended.
people-look-again = Look again
people-live = { $count ->
    [one] One connection can be ended.
   *[other] { $count } connections can be ended.
 }
people-everybody = Disconnect everybody
people-everybody-about = For an emergency: every agent loses its access at once. People can connect again afterwards.
people-everybody-button = Disconnect everybody
end-one-title = End this connection?
end-one-about = { $name } ({ $login }) will be disconnected from Outlook Calendar.
end-what-1 = The stored permission is destroyed first; nothing can bring it back.
end-what-2 = Running calls end, and requests that wait for approval are cancelled.
end-what-3 = Events stay as they are, the record stays readable, and it says that you did this. Whoever was disconnected can connect again.
end-all-title = Disconnect everybody?
end-all-about = { $count ->
    [0] Nobody is connected. There is nothing to end.
    [one] One connection to Outlook Calendar will be ended.
   *[other] { $count } connections to Outlook Calendar will be ended.
 }
end-all-microsoft = This destroys what attache keeps. To stop Microsoft from giving attache anything new, open Enterprise applications there, choose attache, then Properties, and set “Enabled for users to sign in” to No:
end-all-type = Type { $number } to confirm
end-all-wrong = That was not the number. Now there are { $number }.
step-needs_sign_in = The person signs in again on her own page.
step-needs_admin-consent_missing = Consent for your organisation is missing at Microsoft.
step-needs_admin-blocked_by_policy = A Conditional Access policy of yours blocks it.
step-needs_admin-app_unavailable = attache is disabled in your directory at Microsoft.
step-revoked-ended_at_microsoft = Withdrawn at Microsoft. The person can connect again.
step-revoked-expired = Not used for too long. The person can connect again.
step-revoked-account_disabled = The account is disabled or gone at Microsoft.
step-damaged = The stored permission does not open. Look at the audit log; the person connects again.
reason-by_administrator = by an administrator
reason-by_operator = by whoever runs this attache
kind-everybody_disconnected = Everybody was disconnected

# --- health ---
nav-health = Health
health-title = Health
health-about = How this installation is. Only administrators see it.
health-database = Database
health-database-good = It can be written.
health-database-bad = It cannot be written; nothing is done until it can. Look whether the disk is full, or run “attache doctor” on the server.
health-record = Audit log
health-record-good = It is being written.
health-record-bad = Nobody writes it, and without it nothing is done. Start attache anew.
health-signing = Signatures of the audit log
health-signing-good = Signed last { $last }.
health-signing-bad = Since { $since } it does not follow from what was signed before, and nothing is signed any more. Entries may have been changed or removed, or an older copy of the database put back. Run “attache audit verify” on the server.
health-signing-none = Nobody has signed it yet. Set “audit.signing_key_file”, or whoever can write the database can rewrite it unseen.
health-entra = Microsoft's sign-in
health-graph = Microsoft Graph
health-reached = It answers.
health-not-reached = It does not answer. Calls fail until it does; no connection is lost. Look at the network, the proxy and Microsoft's service health.
health-trouble = What Microsoft says of attache
health-trouble-none = Nothing is wrong with this installation.
health-trouble-last = Last heard { $last }.
health-credential = Proof to Microsoft
health-credential-days = { $count ->
    [0] The certificate has ended or ends today.
    [one] The certificate ends tomorrow.
   *[other] The certificate ends in { $count } days.
 }
health-credential-secret = attache proves itself with a secret. When it ends is written at Microsoft, under “Certificates & secrets”.
health-keys = Key of the stored connections
health-keys-active = { $key } seals.
health-keys-older = { $number } connections are still sealed with { $key }: keep that key until “attache keys rotate” has gone through.
health-ending = Unused connections
health-ending-none = None is about to end.
health-ending-some = { $count ->
    [one] One connection was not used for 80 days and could not be renewed. Microsoft ends it on day 90.
   *[other] { $count } connections were not used for 80 days and could not be renewed. Microsoft ends them on day 90.
 }
health-instances = Instances
health-instances-one = There is one, as the database is SQLite.
health-instances-several = { $count ->
    [0] None holds an access token now.
    [one] One holds access tokens now.
   *[other] { $count } hold access tokens now.
 }
health-version = Version
health-tools = Tools
health-tools-about = What agents are given of the tools is part of the program. The documents of the release and the log at start name the same digest:
health-good = Good
health-weak = Look at it
health-bad = Bad

nav-audit = Audit
audit-title = Audit
audit-about = Everything that happened in your organisation, newest first. It holds ids and no content of anybody's calendar.
audit-none = As soon as somebody signs in, it appears here.
audit-none-filtered = Choose another person, kind, tool, outcome or time.
audit-filter-person = Person
audit-filter-agent = Agent (id)
audit-filter-group = About
audit-filter-reason = Reason (code)
audit-filter-since = From (UTC)
audit-filter-until = To (UTC)
audit-group-calls = Calls
audit-group-approvals = Approvals
audit-group-connections = Connections
audit-group-sign_ins = Signing in and out
audit-group-changes = Settings and keys
audit-group-record = The record itself
audit-by = by { $name }
audit-kind-signed_in = Signed in
audit-kind-signed_out = Signed out
audit-kind-administrator_appointed = Became an administrator
audit-kind-own_level_changed = Made a tool stricter for herself or himself
audit-verify = Check the record
audit-verify-about = Checks that each of the newest 200,000 entries follows from the one before, and that every checkpoint kept beside them is true and signed by a key that the record names. What was found is on record itself. All entries, and whether those are the right keys: attache audit verify.
audit-verify-button = Check now
audit-export = Export
audit-export-about = Hands out the newest 10,000 entries of what is filtered above, one per line. That you did is on record. All entries, in a form that can be verified elsewhere: attache audit export.
audit-entry-title = Entry { $number }
audit-fields = As it is on record
audit-hash = Hash in the chain
audit-upstream = Requests to Microsoft
audit-upstream-about = Microsoft's Graph activity logs have them as RequestId and ClientRequestId; its sign-in logs have token requests by ClientRequestId as correlation id.
audit-text = The text that the hash stands for
outcome-refused = refused
outcome-begun = begun
outcome-whole = whole
outcome-broken = BROKEN
outcome-connected = connected
audit-kind-approval_requested = { $tool }: the person was asked
audit-kind-approval_decided = { $tool }: the person decided
audit-outcome-approved = approved
audit-outcome-declined = declined
