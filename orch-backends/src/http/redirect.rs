use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use http_body_util::Full;
use url::Url;

use super::{HttpError, Request, network::Rules};

/// One request of an exchange: the first, or one that a redirect asks for.
#[derive(Clone, Debug)]
pub(super) struct Hop {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Bytes,
}

impl Hop {
    /// The longest URL that is called.
    const MAX_URL_BYTES: usize = 8 * 1024;

    /// The first one.
    pub(super) fn first(request: Request, rules: Rules) -> Result<Self, HttpError> {
        if let Some(reason) = request.fault {
            return Err(HttpError::Invalid { reason });
        }
        if request.url.len() > Self::MAX_URL_BYTES {
            return Err(invalid("its URL is too long"));
        }
        let url = Url::parse(&request.url).map_err(|error| HttpError::Invalid {
            reason: format!("its URL cannot be read: {error}"),
        })?;
        let mut headers = request.headers;
        // Whatever comes is read as it is: nothing can swell in memory.
        headers.insert(
            header::ACCEPT_ENCODING,
            header::HeaderValue::from_static("identity"),
        );
        let hop = Self {
            method: request.method,
            url,
            headers,
            body: request.body,
        };
        hop.check(rules)?;
        Ok(hop)
    }

    /// The one that the answer to this one asks for, if it does.
    ///
    /// Only what can be asked again without harm follows every redirect; another request follows those that say that it
    /// is to be repeated as it is (307 and 308, RFC 9110).
    pub(super) fn next(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
        rules: Rules,
    ) -> Result<Option<Self>, HttpError> {
        let is_safe = matches!(self.method, Method::GET | Method::HEAD);
        let follows = match status {
            StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => true,
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER => is_safe,
            _ => false,
        };
        if !follows {
            return Ok(None);
        }
        let astray = |reason| HttpError::Misdirected {
            host: self.host(),
            reason,
        };
        let location = headers
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok());
        let location = location.ok_or_else(|| astray("to nowhere"))?;
        if location.len() > Self::MAX_URL_BYTES {
            return Err(astray("to a URL that is too long"));
        }
        let url = self.url.join(location).map_err(|_| astray("to what is no URL"))?;
        if self.url.scheme() == "https" && url.scheme() != "https" {
            return Err(astray("away from https"));
        }
        let mut next = Self { url, ..self.clone() };
        if next.url.origin() != self.url.origin() {
            next.forget_credentials();
        }
        next.check(rules).map_err(|source| self.redirected(source))?;
        Ok(Some(next))
    }

    /// The failure of a request that this one's answer asked for.
    pub(super) fn redirected(&self, source: HttpError) -> HttpError {
        HttpError::Redirected {
            host: self.host(),
            source: Box::new(source),
        }
    }

    /// The failure of one redirect too many.
    pub(super) fn too_often(&self) -> HttpError {
        HttpError::Misdirected {
            host: self.host(),
            reason: "too often",
        }
    }

    /// The host, for people to read.
    pub(super) fn host(&self) -> String {
        self.url.host_str().unwrap_or_default().to_owned()
    }

    /// Scheme, host and port: what shares connections.
    pub(super) fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// As it is sent.
    pub(super) fn request(&self) -> Result<http::Request<Full<Bytes>>, HttpError> {
        let mut request = http::Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self
            .url
            .as_str()
            .parse()
            .map_err(|_| invalid("its URL cannot be sent"))?;
        *request.headers_mut() = self.headers.clone();
        Ok(request)
    }

    /// What can be said of a URL before its name is resolved. The addresses of the name are judged when it is connected to.
    fn check(&self, rules: Rules) -> Result<(), HttpError> {
        let forbidden = || HttpError::Forbidden { host: self.host() };
        if !rules.permit_scheme(self.url.scheme()) {
            return Err(forbidden());
        }
        if !self.url.username().is_empty() || self.url.password().is_some() {
            return Err(invalid("its URL contains credentials"));
        }
        let address = match self.url.host() {
            Some(url::Host::Ipv4(address)) => address.into(),
            Some(url::Host::Ipv6(address)) => address.into(),
            _ => return Ok(()),
        };
        if !rules.permit(self.url.scheme(), address) {
            return Err(forbidden());
        }
        Ok(())
    }

    fn forget_credentials(&mut self) {
        let secrets = self.headers.iter().filter(|(_, value)| value.is_sensitive());
        let secrets: Vec<_> = secrets.map(|(name, _)| name.clone()).collect();
        for name in secrets {
            self.headers.remove(name);
        }
        for name in [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION] {
            self.headers.remove(name);
        }
    }
}

fn invalid(reason: &str) -> HttpError {
    HttpError::Invalid {
        reason: reason.to_owned(),
    }
}
