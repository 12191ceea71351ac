//! A query whose conditions depend on what somebody filters by.
//!
//! Only conditions that apply are written, so that each engine can use its indexes. Text
//! comes from the code; what people typed is always bound.

use crate::{Fault, Param, Row, Tx};

/// A `select` under construction. In each condition the marks `?` are bound in order.
#[derive(Debug, Clone)]
pub struct Select {
    columns: &'static str,
    from: String,
    conditions: Vec<String>,
    params: Vec<Param>,
    group: &'static str,
    order: &'static str,
}

impl Select {
    /// `select columns from from`.
    #[must_use]
    pub fn new(columns: &'static str, from: &str) -> Self {
        Self {
            columns,
            from: from.to_owned(),
            conditions: Vec::new(),
            params: Vec::new(),
            group: "",
            order: "",
        }
    }

    /// And `condition`, with its values.
    #[must_use]
    pub fn and(mut self, condition: &str, values: impl IntoIterator<Item = Param>) -> Self {
        let mut written = String::with_capacity(condition.len() + 4);
        let mut values = values.into_iter();
        for c in condition.chars() {
            if c == '?'
                && let Some(value) = values.next()
            {
                self.params.push(value);
                written.push('?');
                written.push_str(&self.params.len().to_string());
            } else {
                written.push(c);
            }
        }
        self.conditions.push(written);
        self
    }

    /// And `condition`, if there is a value for it.
    #[must_use]
    pub fn and_if<T: Into<Param>>(self, condition: &str, value: Option<T>) -> Self {
        match value {
            Some(value) => self.and(condition, [value.into()]),
            None => self,
        }
    }

    /// And `column` is one of `values`. None of them: nothing is found.
    #[must_use]
    pub fn and_in<T: Into<Param>>(self, column: &str, values: Vec<T>) -> Self {
        if values.is_empty() {
            return self.and("1 = 0", []);
        }
        let marks = vec!["?"; values.len()].join(", ");
        self.and(&format!("{column} in ({marks})"), values.into_iter().map(Into::into))
    }

    /// The same rows with other columns.
    #[must_use]
    pub fn of(mut self, columns: &'static str) -> Self {
        self.columns = columns;
        self
    }

    /// The same rows with another table beside them.
    #[must_use]
    pub fn joined(mut self, join: &str) -> Self {
        self.from.push_str(join);
        self
    }

    /// One row for all rows that are alike in this.
    #[must_use]
    pub fn grouped_by(mut self, group: &'static str) -> Self {
        self.group = group;
        self
    }

    /// Ordered so.
    #[must_use]
    pub fn order_by(mut self, order: &'static str) -> Self {
        self.order = order;
        self
    }

    fn text(&self, columns: &str) -> String {
        let mut sql = format!("select {columns} from {}", self.from);
        for (at, condition) in self.conditions.iter().enumerate() {
            sql.push_str(if at == 0 { " where (" } else { " and (" });
            sql.push_str(condition);
            sql.push(')');
        }
        if !self.group.is_empty() {
            sql.push_str(" group by ");
            sql.push_str(self.group);
        }
        sql
    }

    /// At most `limit` rows.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn rows(&self, tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Row>, Fault> {
        let mut sql = self.text(self.columns);
        if !self.order.is_empty() {
            sql.push_str(" order by ");
            sql.push_str(self.order);
        }
        let mut params = self.params.clone();
        params.push(limit.into());
        sql.push_str(" limit ?");
        sql.push_str(&params.len().to_string());
        tx.query(&sql, &params)
    }

    /// How many rows there are, counted up to `count_max`: counting a million rows
    /// for a page of a hundred helps nobody.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn count(&self, tx: &mut Tx<'_>, count_max: i64) -> Result<i64, Fault> {
        let mut params = self.params.clone();
        params.push(count_max.into());
        let inner = self.text("1 as one");
        let sql = format!("select count(*) from ({inner} limit ?{}) as counted", params.len());
        tx.query_number(&sql, &params)
    }
}

/// The first text after every text that begins with `prefix`, for a search by prefix
/// that uses an index: `word >= prefix and word < prefix_end(prefix)`.
#[must_use]
pub fn prefix_end(prefix: &str) -> String {
    // Folded words hold ASCII letters and digits; '{' follows 'z'.
    format!("{prefix}{{")
}
