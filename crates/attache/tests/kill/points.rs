//! Where the program is killed.

/// What the program is doing when it is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Action {
    /// An agent's call renews the token.
    Refresh,
    /// A person comes back from Microsoft.
    Connect,
    /// A person ends her connection.
    Disconnect,
    /// All grants move to another key.
    Rotate,
}

/// A moment in it, as it is seen from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Point {
    /// The person is at Microsoft.
    Away,
    /// Entra has the request and has done nothing yet.
    Asked,
    /// Entra has issued the new grant, and its answer is on its way.
    AnswerLost,
    /// The answer has arrived, and the database cannot be written.
    Answered,
    /// The database has just changed.
    Kept,
    /// Graph has the request.
    Used,
    /// The person has her answer.
    Told,
    /// Any moment.
    Random,
}

/// Every point of every action.
pub(crate) const POINTS: &[(Action, Point)] = &[
    (Action::Refresh, Point::Asked),
    (Action::Connect, Point::Random),
    (Action::Refresh, Point::AnswerLost),
    (Action::Connect, Point::Away),
    (Action::Refresh, Point::Answered),
    (Action::Disconnect, Point::Random),
    (Action::Refresh, Point::Kept),
    (Action::Connect, Point::Asked),
    (Action::Refresh, Point::Used),
    (Action::Connect, Point::AnswerLost),
    (Action::Refresh, Point::Random),
    (Action::Connect, Point::Answered),
    (Action::Disconnect, Point::Answered),
    (Action::Connect, Point::Kept),
    (Action::Refresh, Point::Random),
    (Action::Disconnect, Point::Kept),
    (Action::Disconnect, Point::Told),
    (Action::Rotate, Point::Kept),
    (Action::Rotate, Point::Random),
];
