//! The engine's way to modules: everything comes from the archives, nothing from the disk.

use super::state::State;
use boa_engine::{
    Context, JsObject, JsResult, JsString, Module, js_string,
    module::{ModuleLoader, ModuleRequest, Referrer},
};
use std::{cell::RefCell, path::Path, rc::Rc};

pub(crate) struct Loader(pub(crate) Rc<State>);

impl ModuleLoader for Loader {
    async fn load_imported_module(
        self: Rc<Self>,
        referrer: Referrer,
        request: ModuleRequest,
        context: &RefCell<&mut Context>,
    ) -> JsResult<Module> {
        let written = request.specifier().to_std_string_lossy();
        let from = referrer.path().unwrap_or(Path::new("")).to_path_buf();
        self.0.archives.resolve(&from, &written, &mut context.borrow_mut())
    }

    fn init_import_meta(self: Rc<Self>, meta: &JsObject, module: &Module, context: &mut Context) {
        let Some(file) = module.path().and_then(|path| self.0.archives.file(path)) else {
            return;
        };
        let folder = file.parent().unwrap_or(Path::new("/"));
        let texts = [
            (js_string!("dirname"), folder.display().to_string()),
            (js_string!("filename"), file.display().to_string()),
            (js_string!("url"), format!("file://{}", file.display())),
        ];
        for (name, text) in texts {
            // Setting a property on the fresh object cannot fail.
            let _ = meta.create_data_property(name, JsString::from(text), context);
        }
    }
}
