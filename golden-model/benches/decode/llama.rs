//! llama.cpp, loaded from `.tools/llama` at run time, with its own default parameters.

use std::ffi::{CString, c_char, c_int, c_void};
use std::path::Path;

use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};

/// A structure of parameters, larger than llama.cpp's; nothing in it is read or changed here.
#[derive(Clone, Copy)]
#[repr(C)]
struct Parameters([u8; 512]);

/// `llama_batch`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Batch {
    tokens: i32,
    pointers: [*const c_void; 6],
}

/// The library, with ggml's beside it.
pub struct Llama {
    library: Library,
    /// Kept open as long as the library.
    _others: [Library; 2],
}

/// A loaded model and a context of it.
pub struct Session<'a> {
    llama: &'a Llama,
    context: *mut c_void,
}

/// Calls an exported function by name, as a function of the signature given.
macro_rules! call {
    ($llama:expr, $name:literal, fn($($type:ty),*) $(-> $result:ty)?, $($argument:expr),*) => {{
        // SAFETY: llama.h of the pinned version declares this signature; the caller passes what it asks for.
        unsafe {
            let function = $llama.get::<unsafe extern "C" fn($($type),*) $(-> $result)?>($name.as_bytes());
            function.expect($name)($($argument),*)
        }
    }};
}

unsafe extern "C" fn silent(_: c_int, _: *const c_char, _: *mut c_void) {}

impl Llama {
    /// Loads the library and the build of ggml that fits this processor.
    pub fn load() -> Result<Self, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/llama");
        let open = |start: &str| {
            let entries = std::fs::read_dir(&folder).map_err(|_| "there is no .tools/llama".to_owned())?;
            let mut names = entries.flatten().map(|entry| entry.path());
            let is = |path: &std::path::PathBuf| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name.starts_with(start) && name.ends_with(".so")
            };
            let path = names.find(is).ok_or_else(|| format!("there is no {start}*.so in .tools/llama"))?;
            // SAFETY: these libraries only register themselves when they are loaded.
            unsafe { Library::open(Some(path), RTLD_NOW | RTLD_GLOBAL) }.map_err(|e| e.to_string())
        };
        let others = [open("libggml-base.")?, open("libggml.")?];
        let library = open("libllama.")?;
        let path = CString::new(folder.to_string_lossy().as_bytes()).map_err(|e| e.to_string())?;
        let log: unsafe extern "C" fn(c_int, *const c_char, *mut c_void) = silent;
        call!(library, "llama_log_set", fn(*const c_void, *mut c_void), log as *const c_void, std::ptr::null_mut());
        call!(others[1], "ggml_backend_load_all_from_path", fn(*const c_char), path.as_ptr());
        call!(library, "llama_backend_init", fn(),);
        Ok(Self { library, _others: others })
    }

    /// Loads a file and makes a context of the default size.
    pub fn open(&self, path: &Path) -> Result<Session<'_>, String> {
        let path = CString::new(path.to_string_lossy().as_bytes()).map_err(|e| e.to_string())?;
        let parameters = call!(self.library, "llama_model_default_params", fn() -> Parameters,);
        let model = call!(
            self.library,
            "llama_model_load_from_file",
            fn(*const c_char, Parameters) -> *mut c_void,
            path.as_ptr(),
            parameters
        );
        if model.is_null() {
            return Err("llama.cpp does not load the file".into());
        }
        let parameters = call!(self.library, "llama_context_default_params", fn() -> Parameters,);
        let context =
            call!(self.library, "llama_init_from_model", fn(*mut c_void, Parameters) -> *mut c_void, model, parameters);
        if context.is_null() {
            return Err("llama.cpp makes no context".into());
        }
        Ok(Session { llama: self, context })
    }
}

impl Session<'_> {
    /// Uses this many threads from now on.
    pub fn threads(&mut self, threads: usize) {
        let threads = threads as i32;
        let library = &self.llama.library;
        call!(library, "llama_set_n_threads", fn(*mut c_void, i32, i32), self.context, threads, threads);
    }

    /// Forgets all tokens.
    pub fn clear(&mut self) {
        let library = &self.llama.library;
        let memory = call!(library, "llama_get_memory", fn(*mut c_void) -> *mut c_void, self.context);
        call!(library, "llama_memory_clear", fn(*mut c_void, bool), memory, true);
    }

    /// Runs tokens after those before; the scores of the last are computed.
    pub fn forward(&mut self, tokens: &[u32]) {
        let library = &self.llama.library;
        let mut tokens: Vec<i32> = tokens.iter().map(|&token| token as i32).collect();
        let batch =
            call!(library, "llama_batch_get_one", fn(*mut i32, i32) -> Batch, tokens.as_mut_ptr(), tokens.len() as i32);
        let failed = call!(library, "llama_decode", fn(*mut c_void, Batch) -> i32, self.context, batch);
        assert_eq!(failed, 0, "llama_decode");
    }

    /// The scores after the last token.
    pub fn logits(&self, vocab: usize) -> &[f32] {
        let library = &self.llama.library;
        let logits = call!(library, "llama_get_logits", fn(*mut c_void) -> *const f32, self.context);
        // SAFETY: llama.cpp holds a score for every token of the vocabulary until the next call with this context.
        unsafe { std::slice::from_raw_parts(logits, vocab) }
    }
}
