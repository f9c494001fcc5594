//! Text to forms: a recursive descent along the grammar of XPath 1.0 §2 and §3, whose depth is limited.

use wss_c14n::{Budget, Limit};

use crate::error::XPathError;
use crate::function::Function;
use crate::syntax::{Axis, Comparison, Expr, Operator, Start, Step, Test};
use crate::token::{Placed, Token, tokens};

/// Parses an expression. `namespaces` are prefixes and the namespaces they are bound to.
pub(crate) fn parse(text: &str, namespaces: &[(&str, &str)], budget: &Budget) -> Result<Expr, XPathError> {
    budget.check(Limit::XPathOctets, text.len())?;
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, end: text.len(), namespaces, budget, depth: 0 };
    let parsed = parser.expression()?;
    match parser.peek() {
        None => Ok(parsed),
        Some(_) => Err(parser.expected("the end of the expression")),
    }
}

struct Parser<'p, 'e> {
    tokens: &'p [Placed<'e>],
    at: usize,
    /// The length of the text.
    end: usize,
    namespaces: &'p [(&'p str, &'p str)],
    budget: &'p Budget,
    depth: usize,
}

/// Whether a name is a `NodeType`, and not a function.
fn is_node_type(name: &str) -> bool {
    matches!(name, "node" | "text" | "comment" | "processing-instruction")
}

impl<'e> Parser<'_, 'e> {
    fn peek(&self) -> Option<Token<'e>> {
        self.tokens.get(self.at).map(|(_, token)| *token)
    }

    fn peek_second(&self) -> Option<Token<'e>> {
        self.tokens.get(self.at + 1).map(|(_, token)| *token)
    }

    fn expected(&self, expected: &'static str) -> XPathError {
        let offset = self.tokens.get(self.at).map_or(self.end, |(offset, _)| *offset);
        XPathError::Syntax { offset, expected }
    }

    /// Takes a symbol, if it is next.
    fn take(&mut self, symbol: &str) -> bool {
        let is_next = matches!(self.peek(), Some(Token::Symbol(next)) if next == symbol);
        self.at += usize::from(is_next);
        is_next
    }

    /// Takes one of these symbols, if it is next.
    fn take_any<T: Copy>(&mut self, symbols: &[(&str, T)]) -> Option<T> {
        symbols.iter().find(|(symbol, _)| self.take(symbol)).map(|(_, meaning)| *meaning)
    }

    fn demand(&mut self, symbol: &'static str) -> Result<(), XPathError> {
        if self.take(symbol) { Ok(()) } else { Err(self.expected(symbol)) }
    }

    /// Reads operands with `next`, with `symbol` between them.
    fn list(
        &mut self,
        symbol: &str,
        next: fn(&mut Self) -> Result<Expr, XPathError>,
        form: fn(Vec<Expr>) -> Expr,
    ) -> Result<Expr, XPathError> {
        let first = next(self)?;
        if !self.take(symbol) {
            return Ok(first);
        }
        let mut operands = vec![first, next(self)?];
        while self.take(symbol) {
            operands.push(next(self)?);
        }
        Ok(form(operands))
    }

    /// Reads operands with `next`, with one of `symbols` between them.
    fn chain<T: Copy>(
        &mut self,
        symbols: &[(&str, T)],
        next: fn(&mut Self) -> Result<Expr, XPathError>,
        form: fn(Box<Expr>, Vec<(T, Expr)>) -> Expr,
    ) -> Result<Expr, XPathError> {
        let first = next(self)?;
        let mut rest = Vec::new();
        while let Some(operator) = self.take_any(symbols) {
            rest.push((operator, next(self)?));
        }
        Ok(if rest.is_empty() { first } else { form(Box::new(first), rest) })
    }

    // OrExpr ::= AndExpr | OrExpr 'or' AndExpr

    fn expression(&mut self) -> Result<Expr, XPathError> {
        self.depth += 1;
        self.budget.check(Limit::XPathDepth, self.depth)?;
        let found = self.list("or", Self::and, Expr::Any);
        self.depth -= 1;
        found
    }

    fn and(&mut self) -> Result<Expr, XPathError> {
        self.list("and", Self::equality, Expr::All)
    }

    fn equality(&mut self) -> Result<Expr, XPathError> {
        let symbols = [("=", Comparison::Equal), ("!=", Comparison::NotEqual)];
        self.chain(&symbols, Self::relational, Expr::Compare)
    }

    fn relational(&mut self) -> Result<Expr, XPathError> {
        let symbols = [
            ("<=", Comparison::LessOrEqual),
            ("<", Comparison::Less),
            (">=", Comparison::GreaterOrEqual),
            (">", Comparison::Greater),
        ];
        self.chain(&symbols, Self::additive, Expr::Compare)
    }

    fn additive(&mut self) -> Result<Expr, XPathError> {
        let symbols = [("+", Operator::Add), ("-", Operator::Subtract)];
        self.chain(&symbols, Self::multiplicative, Expr::Arithmetic)
    }

    fn multiplicative(&mut self) -> Result<Expr, XPathError> {
        let symbols = [("*", Operator::Multiply), ("div", Operator::Divide), ("mod", Operator::Remainder)];
        self.chain(&symbols, Self::unary, Expr::Arithmetic)
    }

    // UnaryExpr ::= UnionExpr | '-' UnaryExpr

    fn unary(&mut self) -> Result<Expr, XPathError> {
        let mut signs = 0;
        while self.take("-") {
            signs += 1;
        }
        let found = self.list("|", Self::path, Expr::Union)?;
        Ok(match signs {
            0 => found,
            signs if signs % 2 == 1 => Expr::Negative(Box::new(found)),
            // Two signs make a number.
            _ => Expr::Negative(Box::new(Expr::Negative(Box::new(found)))),
        })
    }

    // PathExpr ::= LocationPath | FilterExpr | FilterExpr '/' RelativeLocationPath | FilterExpr '//' RelativeLocationPath

    fn path(&mut self) -> Result<Expr, XPathError> {
        let mut steps = Vec::new();
        if !self.is_filter() {
            let start = match (self.take("//"), self.peek()) {
                (true, _) => {
                    steps.push(every_node());
                    Start::Root
                }
                (false, Some(Token::Symbol("/"))) => {
                    self.at += 1;
                    if !self.is_step() {
                        return Ok(Expr::Path(Start::Root, steps));
                    }
                    Start::Root
                }
                _ => Start::Context,
            };
            self.steps(&mut steps)?;
            return Ok(Expr::Path(start, steps));
        }
        let primary = self.primary()?;
        let predicates = self.predicates()?;
        let has_steps = matches!(self.peek(), Some(Token::Symbol("/" | "//")));
        if predicates.is_empty() && !has_steps {
            return Ok(primary);
        }
        if self.take("//") {
            steps.push(every_node());
            self.steps(&mut steps)?;
        } else if self.take("/") {
            self.steps(&mut steps)?;
        }
        Ok(Expr::Path(Start::Filter(Box::new(primary), predicates), steps))
    }

    /// Whether a `PrimaryExpr` is next.
    fn is_filter(&self) -> bool {
        match (self.peek(), self.peek_second()) {
            (Some(Token::Symbol("(" | "$") | Token::Literal(_) | Token::Number(_)), _) => true,
            (Some(Token::Name(prefix, local)), Some(Token::Symbol("("))) => !(prefix.is_empty() && is_node_type(local)),
            _ => false,
        }
    }

    fn is_step(&self) -> bool {
        matches!(self.peek(), Some(Token::Symbol("." | ".." | "@") | Token::Star | Token::StarOf(_) | Token::Name(..)))
    }

    fn primary(&mut self) -> Result<Expr, XPathError> {
        let next = self.peek();
        self.at += 1;
        match next {
            Some(Token::Literal(literal)) => Ok(Expr::Literal(literal.to_owned())),
            Some(Token::Number(number)) => Ok(Expr::Number(number)),
            Some(Token::Symbol("(")) => {
                let inside = self.expression()?;
                self.demand(")")?;
                Ok(inside)
            }
            Some(Token::Symbol("$")) => match self.peek() {
                Some(Token::Name(_, name)) => Err(XPathError::Variable { name: name.into() }),
                _ => Err(self.expected("the name of a variable")),
            },
            Some(Token::Name(prefix, local)) => self.call(prefix, local),
            _ => {
                self.at -= 1;
                Err(self.expected("an expression"))
            }
        }
    }

    fn call(&mut self, prefix: &str, local: &str) -> Result<Expr, XPathError> {
        let function = Function::from_name(local).filter(|_| prefix.is_empty());
        let function = function.ok_or_else(|| XPathError::Function { name: local.into() })?;
        self.demand("(")?;
        let mut arguments = Vec::new();
        if !self.take(")") {
            arguments.push(self.expression()?);
            while self.take(",") {
                arguments.push(self.expression()?);
            }
            self.demand(")")?;
        }
        match function.takes(arguments.len()) {
            true => Ok(Expr::Call(function, arguments)),
            false => Err(XPathError::Arguments { function: function.name() }),
        }
    }

    /// `RelativeLocationPath`.
    fn steps(&mut self, steps: &mut Vec<Step>) -> Result<(), XPathError> {
        loop {
            steps.push(self.step()?);
            if self.take("//") {
                steps.push(every_node());
            } else if !self.take("/") {
                return Ok(());
            }
        }
    }

    fn step(&mut self) -> Result<Step, XPathError> {
        let abbreviated = |axis| Ok(Step { axis, test: Test::Node, predicates: Vec::new() });
        if self.take(".") {
            return abbreviated(Axis::Itself);
        }
        if self.take("..") {
            return abbreviated(Axis::Parent);
        }
        let axis = match (self.peek(), self.peek_second()) {
            (Some(Token::Symbol("@")), _) => {
                self.at += 1;
                Axis::Attribute
            }
            (Some(Token::Name("", name)), Some(Token::Symbol("::"))) => {
                let axis = Axis::from_name(name).ok_or_else(|| self.expected("the name of an axis"))?;
                self.at += 2;
                axis
            }
            _ => Axis::Child,
        };
        let test = self.test()?;
        Ok(Step { axis, test, predicates: self.predicates()? })
    }

    fn test(&mut self) -> Result<Test, XPathError> {
        let next = self.peek();
        let is_type = matches!(self.peek_second(), Some(Token::Symbol("(")));
        let test = match next {
            Some(Token::Star) => Test::AnyName,
            Some(Token::StarOf(prefix)) => Test::Namespace(self.namespace(prefix)?),
            Some(Token::Name("", kind)) if is_type && is_node_type(kind) => {
                self.at += 2;
                return self.node_type(kind);
            }
            Some(Token::Name("", local)) => Test::Name(String::new(), local.to_owned()),
            Some(Token::Name(prefix, local)) => Test::Name(self.namespace(prefix)?, local.to_owned()),
            _ => return Err(self.expected("a node test")),
        };
        self.at += 1;
        Ok(test)
    }

    /// The rest of a `NodeType` after its bracket.
    fn node_type(&mut self, kind: &str) -> Result<Test, XPathError> {
        let test = match (kind, self.peek()) {
            ("processing-instruction", Some(Token::Literal(target))) => {
                self.at += 1;
                Test::ProcessingInstruction(Some(target.to_owned()))
            }
            ("processing-instruction", _) => Test::ProcessingInstruction(None),
            ("text", _) => Test::Text,
            ("comment", _) => Test::Comment,
            _ => Test::Node,
        };
        self.demand(")")?;
        Ok(test)
    }

    fn namespace(&self, prefix: &str) -> Result<String, XPathError> {
        if prefix == "xml" {
            return Ok(wss_c14n::name::XML.to_owned());
        }
        // XPath has no default namespace.
        let bound = self.namespaces.iter().find(|(known, _)| !known.is_empty() && *known == prefix);
        bound.map(|(_, uri)| (*uri).to_owned()).ok_or_else(|| XPathError::Prefix { prefix: prefix.into() })
    }

    fn predicates(&mut self) -> Result<Vec<Expr>, XPathError> {
        let mut predicates = Vec::new();
        while self.take("[") {
            predicates.push(self.expression()?);
            self.demand("]")?;
        }
        Ok(predicates)
    }
}

/// The step that `//` means between two steps: `descendant-or-self::node()` (XPath 1.0 §2.5).
fn every_node() -> Step {
    Step { axis: Axis::DescendantOrSelf, test: Test::Node, predicates: Vec::new() }
}
