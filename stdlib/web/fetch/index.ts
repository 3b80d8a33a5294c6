// Everything that the Fetch standard puts on the global object (https://fetch.spec.whatwg.org/).

export { fetch } from 'cronflow:internal/web/fetch/fetch';
export { Headers } from 'cronflow:internal/web/fetch/headers';
export { Request } from 'cronflow:internal/web/fetch/request';
export { Response } from 'cronflow:internal/web/fetch/response';
