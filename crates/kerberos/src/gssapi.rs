//! The calls of the GSS-API (RFC 2744) that a token needs, and MIT's call for the key of a context.
//!
//! All unsafe code of this crate is here. Every handle of the library is put into a guard at once, which releases it.
//! No memory of the library is used after a call.

use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

use libloading::Library;

use crate::Error;

type Status = u32;
type Handle = *mut c_void;

#[repr(C)]
struct Buffer {
    length: usize,
    value: *mut c_void,
}

#[repr(C)]
struct Oid {
    length: u32,
    elements: *const c_void,
}

#[repr(C)]
struct BufferSet {
    count: usize,
    elements: *mut Buffer,
}

const EMPTY: Buffer = Buffer { length: 0, value: ptr::null_mut() };
const COMPLETE: Status = 0;
/// 1.2.840.113554.1.2.2: Kerberos 5.
const KERBEROS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 0x01, 0x02, 0x02];
/// 1.2.840.113554.1.2.1.4: host-based service names.
const HOST_BASED: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 0x01, 0x02, 0x01, 0x04];
/// 1.2.840.113554.1.2.2.5.5: the key of a context.
const SESSION_KEY: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 0x01, 0x02, 0x02, 0x05, 0x05];

fn oid(octets: &'static [u8]) -> Oid {
    Oid { length: octets.len() as u32, elements: octets.as_ptr().cast() }
}

type ImportName = unsafe extern "C" fn(*mut Status, *const Buffer, *const Oid, *mut Handle) -> Status;
type InitContext = unsafe extern "C" fn(
    *mut Status,
    Handle,
    *mut Handle,
    Handle,
    *const Oid,
    u32,
    u32,
    *const c_void,
    *const Buffer,
    *mut *const Oid,
    *mut Buffer,
    *mut u32,
    *mut u32,
) -> Status;
type AcceptContext = unsafe extern "C" fn(
    *mut Status,
    *mut Handle,
    Handle,
    *const Buffer,
    *const c_void,
    *mut Handle,
    *mut *const Oid,
    *mut Buffer,
    *mut u32,
    *mut u32,
    *mut Handle,
) -> Status;
type InquireContext = unsafe extern "C" fn(*mut Status, Handle, *const Oid, *mut *mut BufferSet) -> Status;
type DisplayName = unsafe extern "C" fn(*mut Status, Handle, *mut Buffer, *mut *const Oid) -> Status;
type DeleteContext = unsafe extern "C" fn(*mut Status, *mut Handle, *mut Buffer) -> Status;
type ReleaseName = unsafe extern "C" fn(*mut Status, *mut Handle) -> Status;
type ReleaseBuffer = unsafe extern "C" fn(*mut Status, *mut Buffer) -> Status;
type ReleaseBufferSet = unsafe extern "C" fn(*mut Status, *mut *mut BufferSet) -> Status;

/// The library, with the functions that are called.
pub(crate) struct Gssapi {
    import_name: ImportName,
    init_context: InitContext,
    accept_context: AcceptContext,
    inquire_context: InquireContext,
    display_name: DisplayName,
    delete_context: DeleteContext,
    release_name: ReleaseName,
    release_buffer: ReleaseBuffer,
    release_buffer_set: ReleaseBufferSet,
    /// Keeps the code of the pointers above loaded.
    _library: Library,
}

impl std::fmt::Debug for Gssapi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gssapi(..)")
    }
}

/// A security context, released on drop.
struct Context<'g>(&'g Gssapi, Handle);

impl Drop for Context<'_> {
    fn drop(&mut self) {
        let mut minor = 0;
        // SAFETY: the handle came from this library and is released once; a null output buffer is allowed.
        unsafe { (self.0.delete_context)(&mut minor, &mut self.1, ptr::null_mut()) };
    }
}

/// A name, released on drop.
struct Name<'g>(&'g Gssapi, Handle);

impl Drop for Name<'_> {
    fn drop(&mut self) {
        let mut minor = 0;
        // SAFETY: the handle came from this library, or is null, and is released once.
        unsafe { (self.0.release_name)(&mut minor, &mut self.1) };
    }
}

/// Octets that the library owns, released on drop.
struct Output<'g>(&'g Gssapi, Buffer);

impl Output<'_> {
    fn octets(&self) -> Vec<u8> {
        if self.1.value.is_null() {
            return Vec::new();
        }
        // SAFETY: the library filled the buffer: `value` points at `length` octets until it is released.
        unsafe { std::slice::from_raw_parts(self.1.value.cast::<u8>(), self.1.length) }.to_vec()
    }
}

impl Drop for Output<'_> {
    fn drop(&mut self) {
        let mut minor = 0;
        // SAFETY: the buffer is empty or was filled by this library, and is released once.
        unsafe { (self.0.release_buffer)(&mut minor, &mut self.1) };
    }
}

impl Gssapi {
    /// Loads MIT's library.
    pub(crate) fn load() -> Result<Arc<Self>, Error> {
        let missing = |_| Error::Library;
        // SAFETY: loading runs the initialisers of a library of the system, which every program linked to it runs.
        let library = unsafe { Library::new("libgssapi_krb5.so.2") }.map_err(missing)?;
        // SAFETY: the types are those of RFC 2744 and of MIT's gssapi_ext.h for these symbols.
        unsafe {
            Ok(Arc::new(Self {
                import_name: *library.get(b"gss_import_name\0").map_err(missing)?,
                init_context: *library.get(b"gss_init_sec_context\0").map_err(missing)?,
                accept_context: *library.get(b"gss_accept_sec_context\0").map_err(missing)?,
                inquire_context: *library.get(b"gss_inquire_sec_context_by_oid\0").map_err(missing)?,
                display_name: *library.get(b"gss_display_name\0").map_err(missing)?,
                delete_context: *library.get(b"gss_delete_sec_context\0").map_err(missing)?,
                release_name: *library.get(b"gss_release_name\0").map_err(missing)?,
                release_buffer: *library.get(b"gss_release_buffer\0").map_err(missing)?,
                release_buffer_set: *library.get(b"gss_release_buffer_set\0").map_err(missing)?,
                _library: library,
            }))
        }
    }

    /// A token for `service` and its key: one step, without mutual authentication.
    pub(crate) fn initiate(&self, service: &str) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut minor = 0;
        let text = Buffer { length: service.len(), value: service.as_ptr().cast_mut().cast() };
        let (host_based, kerberos) = (oid(HOST_BASED), oid(KERBEROS));
        let mut name = Name(self, ptr::null_mut());
        // SAFETY: the library reads the text and the OID during the call, and writes a handle.
        let status = unsafe { (self.import_name)(&mut minor, &text, &host_based, &mut name.1) };
        if status != COMPLETE {
            return None;
        }
        let mut context = Context(self, ptr::null_mut());
        let mut token = Output(self, EMPTY);
        // SAFETY: null asks for default credentials, no bindings and a first call; outputs that are null are not
        // wanted; the others point at values of ours.
        let status = unsafe {
            (self.init_context)(
                &mut minor,
                ptr::null_mut(),
                &mut context.1,
                name.1,
                &kerberos,
                0,
                0,
                ptr::null(),
                ptr::null(),
                ptr::null_mut(),
                &mut token.1,
                ptr::null_mut(),
                ptr::null_mut(),
            )
        };
        if status != COMPLETE {
            return None;
        }
        Some((token.octets(), self.key(&context)?))
    }

    /// The client of a token, and its key.
    pub(crate) fn accept(&self, gss_token: &[u8]) -> Option<(String, Vec<u8>)> {
        let mut minor = 0;
        let input = Buffer { length: gss_token.len(), value: gss_token.as_ptr().cast_mut().cast() };
        let mut context = Context(self, ptr::null_mut());
        let mut client = Name(self, ptr::null_mut());
        let mut answer = Output(self, EMPTY);
        // SAFETY: as in `initiate`; the library reads the token during the call.
        let status = unsafe {
            (self.accept_context)(
                &mut minor,
                &mut context.1,
                ptr::null_mut(),
                &input,
                ptr::null(),
                &mut client.1,
                ptr::null_mut(),
                &mut answer.1,
                ptr::null_mut(),
                ptr::null_mut(),
                ptr::null_mut(),
            )
        };
        if status != COMPLETE {
            return None;
        }
        let mut shown = Output(self, EMPTY);
        // SAFETY: the name came from this library; the buffer is ours and is released by its guard.
        let status = unsafe { (self.display_name)(&mut minor, client.1, &mut shown.1, ptr::null_mut()) };
        if status != COMPLETE {
            return None;
        }
        Some((String::from_utf8(shown.octets()).ok()?, self.key(&context)?))
    }

    /// The key of a context: the first element of a set, whose second element names its kind.
    fn key(&self, context: &Context<'_>) -> Option<Vec<u8>> {
        let mut minor = 0;
        let wanted = oid(SESSION_KEY);
        let mut set: *mut BufferSet = ptr::null_mut();
        // SAFETY: the context is established; the library writes a pointer to a set of its own.
        let status = unsafe { (self.inquire_context)(&mut minor, context.1, &wanted, &mut set) };
        let key = if status == COMPLETE && !set.is_null() {
            // SAFETY: the set and its `count` elements are the library's until they are released below.
            unsafe {
                let set = &*set;
                (set.count > 0 && !set.elements.is_null()).then(|| {
                    let first = &*set.elements;
                    std::slice::from_raw_parts(first.value.cast::<u8>(), first.length).to_vec()
                })
            }
        } else {
            None
        };
        // SAFETY: the set is null or came from this library, and is released once.
        unsafe { (self.release_buffer_set)(&mut minor, &mut set) };
        key.filter(|key| !key.is_empty())
    }
}
