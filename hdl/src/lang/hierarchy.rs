//! The modules below a module.

use super::error::{Error, Errors};
use super::module::Module;
use std::sync::Arc;

/// Unique modules below and including `top`, children first.
///
/// # Errors
/// [`Error::DuplicateModule`] when two different modules carry one name.
pub fn library(top: &Arc<Module>) -> Result<Vec<Arc<Module>>, Errors> {
    fn visit(m: &Arc<Module>, found: &mut Vec<Arc<Module>>, errors: &mut Vec<Error>) {
        match found.iter().find(|x| x.name == m.name) {
            Some(x) if Arc::ptr_eq(x, m) || m.cell_model.is_some() && x.cell_model == m.cell_model => return,
            Some(_) => return errors.push(Error::DuplicateModule(m.name.clone())),
            None => {}
        }
        // Every instance of one module is the same Arc, so a run of equal children is looked at once.
        let mut last: Option<&Arc<Module>> = None;
        for i in &m.instances {
            if !last.is_some_and(|l| Arc::ptr_eq(l, &i.module)) {
                visit(&i.module, found, errors);
            }
            last = Some(&i.module);
        }
        found.push(m.clone());
    }
    let (mut found, mut errors) = (vec![], vec![]);
    visit(top, &mut found, &mut errors);
    if errors.is_empty() { Ok(found) } else { Err(Errors { module: top.name.clone(), errors }) }
}
