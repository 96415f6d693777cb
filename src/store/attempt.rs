//! A part of a transaction that can be taken back alone.

use super::{Result, StoreError, Writing};

impl Writing<'_> {
    /// Runs a part of the transaction: where it fails, only what it wrote is taken back, and the rest can go on.
    ///
    /// # Errors
    /// What `work` returns, or what SQLite says.
    pub fn attempt<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce() -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let run = |sql: &str| -> Result<()> { Ok(self.execute_batch(sql)?) };
        run("SAVEPOINT attempt")?;
        let outcome = work();
        if outcome.is_err() {
            run("ROLLBACK TO attempt")?;
        }
        run("RELEASE attempt")?;
        outcome
    }
}
