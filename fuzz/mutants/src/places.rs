//! Places: where in a source file a mutant can be switched on, and with which text before and after it.

use std::collections::HashMap;
use std::ops::Range;

use proc_macro2::{LineColumn, Span};
use serde_json::Value;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Arm, BinOp, Expr, ExprBinary, ExprMethodCall, ExprStruct, ExprUnary, ImplItemFn, ItemFn, Stmt};

/// One change of the code, as text that is put in front of a piece of it and behind it.
pub struct Mutant {
    /// As cargo-mutants names it, or in the same manner.
    pub name: String,
    pub span: Range<usize>,
    /// `@` is the call that asks whether this mutant is on.
    pub before: String,
    pub after: String,
}

/// The mutants of one file: those that cargo-mutants lists, and those of our own.
pub fn of(file: &str, source: &str, listed: &[&Value]) -> Vec<Mutant> {
    let syntax = syn::parse_file(source).expect("the sources parse");
    let mut places = Places { file, source, lines: starts(source), ..Places::default() };
    places.visit_file(&syntax);
    let mut mutants = Vec::new();
    for value in listed.iter().filter(|value| !is_ours(value)) {
        let name = value["name"].as_str().expect("a name");
        match places.listed(value) {
            Some((span, before, after)) => mutants.push(Mutant { name: name.to_owned(), span, before, after }),
            None => eprintln!("not expressed: {name}"),
        }
    }
    mutants.append(&mut places.own);
    mutants
}

/// Where a `const fn` says `const`: what asks for a mutant cannot be const.
pub fn consts(source: &str) -> Vec<Range<usize>> {
    let syntax = syn::parse_file(source).expect("the sources parse");
    let mut places = Places { source, lines: starts(source), ..Places::default() };
    places.visit_file(&syntax);
    places.consts
}

#[derive(Default)]
struct Places<'s> {
    file: &'s str,
    source: &'s str,
    lines: Vec<usize>,
    /// Operands and operator by where the operator begins.
    binary: HashMap<usize, [Range<usize>; 3]>,
    /// Pattern and guard by where an arm begins.
    arms: HashMap<usize, (Range<usize>, Option<Range<usize>>)>,
    /// The expression and its fields by where a field begins.
    fields: HashMap<usize, (Range<usize>, Range<usize>)>,
    consts: Vec<Range<usize>>,
    own: Vec<Mutant>,
}

fn starts(source: &str) -> Vec<usize> {
    std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

impl Places<'_> {
    fn offset(&self, at: LineColumn) -> usize {
        let line = self.lines[at.line - 1];
        let rest = &self.source[line..];
        line + rest.char_indices().nth(at.column).map_or(rest.len(), |(octets, _)| octets)
    }

    fn range(&self, span: Span) -> Range<usize> {
        self.offset(span.start())..self.offset(span.end())
    }

    fn text(&self, range: &Range<usize>) -> &str {
        &self.source[range.clone()]
    }

    /// The span of a mutant of cargo-mutants, whose columns count from 1.
    fn span_of(&self, value: &Value) -> Range<usize> {
        let at = |end: &str| {
            let number = |field: &str| value["span"][end][field].as_u64().expect("a number") as usize;
            self.offset(LineColumn { line: number("line"), column: number("column") - 1 })
        };
        at("start")..at("end")
    }

    fn listed(&self, value: &Value) -> Option<(Range<usize>, String, String)> {
        let span = self.span_of(value);
        let new = value["replacement"].as_str()?;
        Some(match value["genre"].as_str()? {
            "FnValue" => (span.start..span.start, format!("if @ {{ return {new}; }} "), String::new()),
            "MatchArmGuard" if new == "true" => (span, "(@ || (".into(), "))".into()),
            "MatchArmGuard" => (span, "(!@ && (".into(), "))".into()),
            "UnaryOperator" => {
                let operand = self.binary.get(&span.start)?[2].clone();
                let whole = span.start..operand.end;
                let text = self.text(&operand);
                (whole, format!("(if @ {{ {text} }} else {{ "), " })".into())
            }
            "BinaryOperator" => {
                let [left, _, right] = self.binary.get(&span.start)?;
                let whole = left.start..right.end;
                let (left, right) = (self.text(left), self.text(right));
                (whole, format!("(if @ {{ ({left}) {new} ({right}) }} else {{ "), " })".into())
            }
            "MatchArm" => {
                let (pattern, guard) = self.arms.get(&span.start)?;
                match guard {
                    Some(guard) => (guard.clone(), "(!@ && (".into(), "))".into()),
                    None => (pattern.end..pattern.end, " if !@".into(), String::new()),
                }
            }
            "StructField" => {
                let (whole, field) = self.fields.get(&span.start)?;
                let rest = self.source[field.end..whole.end].trim_start_matches(',');
                let without = format!("{}{rest}", &self.source[whole.start..field.start]);
                (whole.clone(), format!("(if @ {{ {without} }} else {{ "), " })".into())
            }
            _ => return None,
        })
    }

    fn own(&mut self, what: &str, span: Range<usize>, before: &str, after: &str) {
        let line = self.lines.partition_point(|start| *start <= span.start);
        let column = span.start - self.lines[line - 1] + 1;
        let text: String = self.text(&span).split_whitespace().collect::<Vec<_>>().join(" ");
        let text: String = text.chars().take(90).collect();
        let name = format!("{}:{line}:{column}: {what} {text}", self.file);
        self.own.push(Mutant { name, span, before: before.into(), after: after.into() });
    }

    fn either(&mut self, what: &str, span: Range<usize>) {
        self.own(&format!("replace {what} with true:"), span.clone(), "(@ || (", "))");
        self.own(&format!("replace {what} with false:"), span, "(!@ && (", "))");
    }

    fn is_test(attributes: &[syn::Attribute]) -> bool {
        attributes.iter().any(|attribute| attribute.path().is_ident("test") || attribute.path().is_ident("cfg"))
    }
}

/// Whether an operand of a chain binds a name: then nothing can be put around it.
fn binds(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(ExprBinary { left, op: BinOp::And(_), right, .. }) => binds(left) || binds(right),
        _ => false,
    }
}

/// Whether an expression is a condition by its form: a comparison, a chain of conditions, `!`, or `matches!`.
fn is_condition(expr: &Expr) -> bool {
    match expr {
        Expr::Binary(binary) => {
            let is_comparison =
                matches!(binary.op, BinOp::Eq(_) | BinOp::Ne(_) | BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_));
            (is_comparison || is_chain(binary)) && !binds(expr)
        }
        Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Not(_)),
        Expr::Macro(call) => call.mac.path.is_ident("matches"),
        _ => false,
    }
}

fn is_chain(binary: &ExprBinary) -> bool {
    matches!(binary.op, BinOp::And(_) | BinOp::Or(_))
}

/// What our own mutants change as well, each operand by itself.
fn is_ours(value: &Value) -> bool {
    match value["genre"].as_str() {
        Some("BinaryOperator") => matches!(value["replacement"].as_str(), Some("&&" | "||" | "==" | "!=")),
        Some("UnaryOperator") => value["replacement"] == "" && value["name"].as_str().is_some_and(|name| name.contains("delete !")),
        _ => false,
    }
}

/// Methods whose closure decides.
const DECIDING: [&str; 9] =
    ["all", "any", "filter", "find", "is_none_or", "is_some_and", "position", "retain", "take_while"];

impl<'ast> Visit<'ast> for Places<'_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !Self::is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    // What asks for a mutant cannot be const.
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}

    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}

    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}

    fn visit_expr(&mut self, expr: &'ast Expr) {
        if is_condition(expr) {
            let span = self.range(expr.span());
            self.either("condition", span);
        }
        visit::visit_expr(self, expr);
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        if let Some(token) = function.sig.constness {
            self.consts.push(self.range(token.span));
        }
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        if let Some(token) = function.sig.constness {
            self.consts.push(self.range(token.span));
        }
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_expr_unary(&mut self, unary: &'ast ExprUnary) {
        let (operator, operand) = (self.range(unary.op.span()), self.range(unary.expr.span()));
        self.binary.insert(operator.start, [operator.clone(), operator, operand]);
        visit::visit_expr_unary(self, unary);
    }

    fn visit_expr_binary(&mut self, binary: &'ast ExprBinary) {
        if !binds(&binary.left) && !binds(&binary.right) {
            let operator = self.range(binary.op.span());
            let operands = [self.range(binary.left.span()), operator.clone(), self.range(binary.right.span())];
            self.binary.insert(operator.start, operands);
        }
        if is_chain(binary) {
            for operand in [&binary.left, &binary.right] {
                if !is_condition(operand) && !binds(operand) {
                    let span = self.range(operand.span());
                    self.either("operand", span);
                }
            }
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_arm(&mut self, arm: &'ast Arm) {
        let pattern = self.range(arm.pat.span());
        let guard = arm.guard.as_ref().map(|(_, guard)| self.range(guard.span()));
        self.arms.insert(pattern.start, (pattern, guard));
        visit::visit_arm(self, arm);
    }

    fn visit_expr_struct(&mut self, expr: &'ast ExprStruct) {
        if expr.rest.is_some() {
            let whole = self.range(expr.span());
            for field in &expr.fields {
                let field = self.range(field.span());
                self.fields.insert(field.start, (whole.clone(), field));
            }
        }
        visit::visit_expr_struct(self, expr);
    }

    fn visit_expr_if(&mut self, expr: &'ast syn::ExprIf) {
        if !binds(&expr.cond) && !is_condition(&expr.cond) {
            let span = self.range(expr.cond.span());
            self.either("condition", span);
        }
        visit::visit_expr_if(self, expr);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        if DECIDING.contains(&call.method.to_string().as_str())
            && let [Expr::Closure(closure)] = call.args.iter().collect::<Vec<_>>()[..]
            && !is_condition(&closure.body)
        {
            let span = self.range(closure.body.span());
            self.either(&format!("what .{}() asks", call.method), span);
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        if let Stmt::Expr(expr @ (Expr::Try(_) | Expr::MethodCall(_) | Expr::Call(_)), Some(_)) = statement {
            let span = self.range(expr.span());
            self.own("delete statement", span, "if !@ { ", "; }");
        }
        visit::visit_stmt(self, statement);
    }
}
