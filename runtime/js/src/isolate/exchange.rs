//! An HTTP exchange of workflow code: request, upload, answer and its body, and how it ends early.

use cronflow_services::http::{Error, HttpClient, Request, Response, ResponseBody, Upload};
use futures_util::future::{AbortHandle, Abortable};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// Largest body that is read into memory at once.
pub(crate) const MAX_BODY: usize = 64 * 1024 * 1024;

/// See the module's text. What is under way takes its part out and puts it back.
pub(crate) struct Exchange {
    request: RefCell<Option<Request>>,
    upload: RefCell<Option<Upload>>,
    body: RefCell<Option<ResponseBody>>,
    /// What waits for the network now.
    waiting: RefCell<Vec<AbortHandle>>,
    is_closed: Cell<bool>,
}

impl Exchange {
    pub(crate) fn new(request: Request, upload: Option<Upload>) -> Rc<Self> {
        Rc::new(Self {
            request: RefCell::new(Some(request)),
            upload: RefCell::new(upload),
            body: RefCell::new(None),
            waiting: RefCell::default(),
            is_closed: Cell::new(false),
        })
    }

    /// Sends the request and waits for the head of the answer.
    pub(crate) async fn send(&self, client: &HttpClient) -> Result<Response, Error> {
        let request = self.request.take().ok_or_else(over)?;
        self.unless_closed(client.fetch(request)).await
    }

    /// Keeps the answer's body for [`Self::read`].
    pub(crate) fn answered(&self, body: ResponseBody) {
        if !self.is_closed.get() {
            self.body.replace(Some(body));
        }
    }

    /// The way into the request's body; for good when `more` is to come.
    pub(crate) fn upload(&self, more: bool) -> Option<Upload> {
        if more { self.upload.borrow().clone() } else { self.upload.take() }
    }

    /// Reads of the answer's body. Only one can be under way.
    pub(crate) async fn read<T>(
        &self,
        work: impl AsyncFnOnce(&mut ResponseBody) -> Result<Option<T>, Error>,
    ) -> Result<Option<T>, Error> {
        let Some(mut body) = self.body.take() else {
            return if self.is_closed.get() { Err(over()) } else { Ok(None) };
        };
        let result = self.unless_closed(work(&mut body)).await;
        if !self.is_closed.get() {
            self.body.replace(Some(body));
        }
        result
    }

    async fn unless_closed<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        if self.is_closed.get() {
            return Err(over());
        }
        let (handle, registration) = AbortHandle::new_pair();
        self.note(handle.clone());
        let result = Abortable::new(work, registration).await.unwrap_or_else(|_| Err(over()));
        // Marks it for the next sweep.
        handle.abort();
        result
    }

    fn note(&self, handle: AbortHandle) {
        let mut waiting = self.waiting.borrow_mut();
        waiting.retain(|other| !other.is_aborted());
        waiting.push(handle);
    }

    /// Ends the exchange: the connection is closed, unless it is free already.
    pub(crate) fn close(&self) {
        self.is_closed.set(true);
        self.request.take();
        self.upload.take();
        self.body.take();
        self.waiting.take().iter().for_each(AbortHandle::abort);
    }
}

fn over() -> Error {
    Error::Network("the exchange was ended".to_owned())
}
