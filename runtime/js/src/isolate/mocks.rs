//! Modules that a test has put others in the place of.

use super::{
    archives::{Archives, inner_path},
    state::State,
};
use boa_engine::{
    Context, JsNativeError, JsObject, JsResult, JsString, Module, module::SyntheticModuleInitializer,
    object::builtins::JsFunction, property::PropertyKey,
};
use std::{cell::RefCell, collections::HashMap};

/// The number of an archive, and a specifier in it.
type Target = (usize, String);

/// See the module's text.
#[derive(Default)]
pub(crate) struct Mocks {
    /// Absent until somebody imports it.
    modules: RefCell<HashMap<Target, Option<Module>>>,
    /// Those that were set aside.
    aside: RefCell<HashMap<Target, Option<Module>>>,
    /// Makes what a mock exports: `(archive, specifier)`.
    provider: RefCell<Option<JsFunction>>,
}

impl Mocks {
    pub(crate) fn set_provider(&self, provider: JsFunction) {
        self.provider.replace(Some(provider));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.modules.borrow().is_empty()
    }

    /// From now on importers get the mock, or not any more.
    pub(crate) fn put(&self, number: usize, specifier: &str, is_mocked: bool) {
        let key = (number, specifier.to_owned());
        if is_mocked {
            self.modules.borrow_mut().insert(key, None);
        } else {
            self.modules.borrow_mut().remove(&key);
        }
    }

    /// Mocks are made anew for whoever imports them next.
    pub(crate) fn reset(&self) {
        self.modules.borrow_mut().values_mut().for_each(|module| *module = None);
    }

    fn set_aside(&self) {
        self.aside.replace(self.modules.borrow().clone());
        self.reset();
    }

    fn bring_back(&self) {
        let mut modules = self.modules.borrow_mut();
        for (target, module) in self.aside.take() {
            modules.entry(target).and_modify(|now| *now = module);
        }
    }

    /// The module in the place of another, if there is one.
    pub(crate) fn module(&self, number: usize, specifier: &str, context: &mut Context) -> JsResult<Option<Module>> {
        let key = (number, specifier.to_owned());
        match self.modules.borrow().get(&key) {
            None => return Ok(None),
            Some(Some(module)) => return Ok(Some(module.clone())),
            Some(None) => {}
        }
        let Some(provider) = self.provider.borrow().clone() else { return Ok(None) };
        let arguments = [super::common_js::count(number), JsString::from(specifier).into()];
        let exports = provider.call(&boa_engine::JsValue::undefined(), &arguments, context)?;
        let exports = exports
            .as_object()
            .ok_or_else(|| JsNativeError::typ().with_message("a mock of a module must export something"))?;
        let module = synthetic(number, specifier, &exports, context)?;
        self.modules.borrow_mut().insert(key, Some(module.clone()));
        Ok(Some(module))
    }
}

/// A module that exports the properties of an object.
fn synthetic(number: usize, specifier: &str, exports: &JsObject, context: &mut Context) -> JsResult<Module> {
    let keys = exports.own_property_keys(context)?;
    let names: Vec<JsString> = keys
        .into_iter()
        .filter_map(|key| match key {
            PropertyKey::String(name) => Some(name),
            PropertyKey::Index(index) => Some(JsString::from(index.get().to_string())),
            PropertyKey::Symbol(_) => None,
        })
        .collect();
    let initializer = SyntheticModuleInitializer::from_copy_closure_with_captures(
        |module, (exports, names): &(JsObject, Vec<JsString>), context| {
            for name in names {
                let value = exports.get(name.clone(), context)?;
                module.set_export(name, value)?;
            }
            Ok(())
        },
        (exports.clone(), names.clone()),
    );
    Ok(Module::synthetic(&names, initializer, Some(inner_path(number, specifier)), None, context))
}

impl Archives {
    /// Forgets the modules of programs, so that they run again when somebody imports them.
    pub(crate) fn reset(&self) {
        self.clear_modules();
        self.mocks.reset();
    }

    /// The same until [`Self::bring_back`].
    pub(crate) fn set_aside(&self) {
        self.set_modules_aside();
        self.mocks.set_aside();
    }

    /// Importers get the modules again that were set aside.
    pub(crate) fn bring_back(&self) {
        self.bring_modules_back();
        self.mocks.bring_back();
    }

    /// Archive and specifier of what `written` means in a module of a program.
    pub(crate) fn target(&self, number: usize, from: &str, written: &str) -> Option<(usize, String)> {
        let linked = self.look(number, from, |module| module.imports.get(written).cloned()).flatten();
        let specifier = linked.unwrap_or_else(|| written.to_owned());
        if self.look(number, &specifier, |_| ()).is_some() {
            return Some((number, specifier));
        }
        let builtin = cronflow_compiler::builtin_specifier(&specifier)?;
        Some((super::BUILTINS, builtin.to_owned()))
    }
}

/// Whether a module of a program reads defaults of CommonJS modules as compilers do.
pub(crate) fn unwraps(state: &State, number: usize, from: &str) -> bool {
    state.archives.look(number, from, |module| module.unwraps_default).unwrap_or_default()
}
