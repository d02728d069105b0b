//! The tree of a body, as the parser of a browser builds it, within bounds of time and memory.
//!
//! Markup can make a parser build far more than was sent: unclosed formatting is repeated in every paragraph. So tokens are
//! counted out one by one, and none is taken any more once the tree is too large or too deep.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{
    ElementFlags, NodeOrText, QuirksMode, TreeBuilder, TreeBuilderOpts, TreeSink,
};
use html5ever::{Attribute, ExpandedName, QualName, local_name, ns};

/// So many nodes are built.
const NODES: usize = 40_000;
/// So deep may they lie; browsers go to 512.
pub(super) const DEPTH: usize = 200;
/// So many attributes of an element are looked at.
const ATTRIBUTES: usize = 60;

/// A node of the tree.
pub(super) struct Node {
    /// Of an element; nothing else has one.
    name: QualName,
    pub(super) kind: Kind,
    pub(super) children: RefCell<Vec<Rc<Self>>>,
    parent: RefCell<Weak<Self>>,
    depth: Cell<usize>,
}

/// What a node is.
pub(super) enum Kind {
    /// The document, or the contents of a template, which nobody is shown.
    Root,
    /// An element.
    Element {
        attributes: RefCell<Vec<Attribute>>,
        template: Option<Rc<Node>>,
    },
    /// Words.
    Text(RefCell<String>),
    /// Whether a comment has words in it.
    Comment(bool),
}

impl Node {
    fn new(kind: Kind) -> Rc<Self> {
        Self::named(QualName::new(None, ns!(), local_name!("")), kind)
    }

    fn named(name: QualName, kind: Kind) -> Rc<Self> {
        Rc::new(Self {
            name,
            kind,
            children: RefCell::default(),
            parent: RefCell::new(Weak::new()),
            depth: Cell::new(0),
        })
    }

    /// The element's name in lower case; elements of drawings and formulas have none of ours.
    pub(super) fn tag(&self) -> Option<&str> {
        match &self.kind {
            Kind::Element { .. } if self.name.ns == ns!(html) => Some(&self.name.local),
            Kind::Element { .. } => Some("foreign"),
            Kind::Root | Kind::Text(_) | Kind::Comment(_) => None,
        }
    }

    /// An attribute of an element.
    pub(super) fn attribute(&self, wanted: &str) -> Option<String> {
        let Kind::Element { attributes, .. } = &self.kind else {
            return None;
        };
        let attributes = attributes.borrow();
        let found = attributes
            .iter()
            .find(|attribute| &*attribute.name.local == wanted);
        found.map(|attribute| attribute.value.to_string())
    }

    /// All words below it, as they are.
    pub(super) fn words(&self) -> String {
        let children = self.children.borrow();
        let words = children.iter().filter_map(|child| match &child.kind {
            Kind::Text(text) => Some(text.borrow().clone()),
            Kind::Root | Kind::Element { .. } | Kind::Comment(_) => None,
        });
        words.collect()
    }

    fn take(&self, child: Rc<Self>, place: Option<usize>, parent: &Rc<Self>) {
        *child.parent.borrow_mut() = Rc::downgrade(parent);
        child.depth.set(parent.depth.get() + 1);
        if let Kind::Element {
            template: Some(contents),
            ..
        } = &child.kind
        {
            contents.depth.set(child.depth.get() + 1);
        }
        let mut children = self.children.borrow_mut();
        let place = place.unwrap_or(children.len());
        children.insert(place, child);
    }
}

/// One after another: however deep they lie, the stack is not used up.
impl Drop for Node {
    fn drop(&mut self) {
        let mut rest = self.children.take();
        while let Some(node) = rest.pop() {
            if let Some(node) = Rc::into_inner(node) {
                rest.append(&mut node.children.borrow_mut());
            }
        }
    }
}

/// Parses a body. Also whether some of it was not looked at.
pub(super) fn parse(html: &str) -> (Rc<Node>, bool) {
    let sink = Sink {
        document: Node::new(Kind::Root),
        nodes: Cell::new(0),
        deepest: Cell::new(0),
    };
    let options = TreeBuilderOpts {
        scripting_enabled: false,
        quirks_mode: QuirksMode::Quirks,
        ..TreeBuilderOpts::default()
    };
    let gate = Gate {
        builder: TreeBuilder::new(sink, options),
        full: Cell::new(false),
    };
    let tokenizer = Tokenizer::new(gate, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    // Without scripts, whatever makes the tokenizer pause is gone on from.
    while !input.is_empty() {
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    let full = tokenizer.sink.full.get();
    (Rc::clone(&tokenizer.sink.builder.sink.document), full)
}

/// Stands between tokenizer and builder and stops when it is enough.
struct Gate {
    builder: TreeBuilder<Rc<Node>, Sink>,
    full: Cell<bool>,
}

impl TokenSink for Gate {
    type Handle = Rc<Node>;

    fn process_token(&self, mut token: Token, line: u64) -> TokenSinkResult<Rc<Node>> {
        let sink = &self.builder.sink;
        if sink.nodes.get() > NODES || sink.deepest.get() > DEPTH {
            self.full.set(true);
        }
        if self.full.get() {
            return TokenSinkResult::Continue;
        }
        if let Token::TagToken(tag) = &mut token {
            tag.attrs.truncate(ATTRIBUTES);
        }
        self.builder.process_token(token, line)
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder
            .adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// Where the builder puts what it builds.
struct Sink {
    document: Rc<Node>,
    nodes: Cell<usize>,
    deepest: Cell<usize>,
}

impl Sink {
    fn made(&self, kind: Kind) -> Rc<Node> {
        self.nodes.set(self.nodes.get() + 1);
        Node::new(kind)
    }

    fn put(&self, parent: &Rc<Node>, place: Option<usize>, child: NodeOrText<Rc<Node>>) {
        match child {
            NodeOrText::AppendNode(node) => {
                detach(&node);
                parent.take(node, place, parent);
                self.deepest
                    .set(self.deepest.get().max(parent.depth.get() + 1));
            }
            NodeOrText::AppendText(words) => {
                let before = {
                    let children = parent.children.borrow();
                    let place = place.unwrap_or(children.len());
                    place
                        .checked_sub(1)
                        .and_then(|before| children.get(before).cloned())
                };
                match before.as_deref().map(|node| &node.kind) {
                    Some(Kind::Text(text)) => text.borrow_mut().push_str(&words),
                    _ => {
                        let text = self.made(Kind::Text(RefCell::new(words.to_string())));
                        parent.take(text, place, parent);
                    }
                }
            }
        }
    }
}

fn detach(node: &Rc<Node>) {
    let parent = node.parent.take().upgrade();
    if let Some(parent) = parent {
        let mut children = parent.children.borrow_mut();
        // What is moved was put there lately.
        if let Some(place) = children.iter().rposition(|child| Rc::ptr_eq(child, node)) {
            children.remove(place);
        }
    }
}

impl TreeSink for Sink {
    type Handle = Rc<Node>;
    type Output = Rc<Node>;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Rc<Node> {
        self.document
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Rc<Node> {
        Rc::clone(&self.document)
    }

    fn elem_name<'a>(&'a self, target: &'a Rc<Node>) -> ExpandedName<'a> {
        target.name.expanded()
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        flags: ElementFlags,
    ) -> Rc<Node> {
        let template = flags.template.then(|| self.made(Kind::Root));
        let attributes = RefCell::new(attributes);
        self.nodes.set(self.nodes.get() + 1);
        Node::named(
            name,
            Kind::Element {
                attributes,
                template,
            },
        )
    }

    fn create_comment(&self, text: StrTendril) -> Rc<Node> {
        self.made(Kind::Comment(is_wordy(&text)))
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Rc<Node> {
        self.made(Kind::Comment(false))
    }

    fn append(&self, parent: &Rc<Node>, child: NodeOrText<Rc<Node>>) {
        self.put(parent, None, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &Rc<Node>,
        previous: &Rc<Node>,
        child: NodeOrText<Rc<Node>>,
    ) {
        let has_parent = element.parent.borrow().upgrade().is_some();
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Rc<Node>) -> Rc<Node> {
        match &target.kind {
            Kind::Element {
                template: Some(contents),
                ..
            } => Rc::clone(contents),
            _ => Rc::clone(target),
        }
    }

    fn same_node(&self, one: &Rc<Node>, other: &Rc<Node>) -> bool {
        Rc::ptr_eq(one, other)
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Rc<Node>, child: NodeOrText<Rc<Node>>) {
        if let NodeOrText::AppendNode(node) = &child {
            detach(node);
        }
        let parent = sibling.parent.borrow().upgrade();
        let Some(parent) = parent else { return };
        let place = {
            let children = parent.children.borrow();
            children.iter().rposition(|node| Rc::ptr_eq(node, sibling))
        };
        self.put(&parent, place, child);
    }

    fn add_attrs_if_missing(&self, target: &Rc<Node>, more: Vec<Attribute>) {
        let Kind::Element { attributes, .. } = &target.kind else {
            return;
        };
        let mut attributes = attributes.borrow_mut();
        for attribute in more {
            let there = attributes.iter().any(|known| known.name == attribute.name);
            if !there && attributes.len() < ATTRIBUTES {
                attributes.push(attribute);
            }
        }
    }

    fn remove_from_parent(&self, target: &Rc<Node>) {
        detach(target);
    }

    fn reparent_children(&self, node: &Rc<Node>, parent: &Rc<Node>) {
        for child in node.children.take() {
            parent.take(child, None, parent);
        }
    }
}

/// Whether a comment says something besides the conditions and markup that Outlook writes into every body.
fn is_wordy(comment: &str) -> bool {
    let mut rest = comment;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '<' => '>',
            '[' if rest.starts_with("[if") || rest.starts_with("[endif") => ']',
            c if c.is_alphanumeric() => return true,
            c => c,
        };
        rest = rest.find(end).map_or("", |at| &rest[at + end.len_utf8()..]);
    }
    false
}
