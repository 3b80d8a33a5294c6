// `res` of Express: what it adds to the response of node:http.

import { Buffer } from 'node:buffer';
import { base64Encode, nodeHash } from 'cronflow:internal/ops';
import { STATUS_CODES, ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import { escapeHtml } from 'cronflow:internal/express/html';
import { notAvailable } from 'cronflow:internal/node/errors';
import { cookieOf } from 'cronflow:internal/express/cookie';
import { sendFile } from 'cronflow:internal/express/files';
import { asUtf8, typeOf, withCharset } from 'cronflow:internal/express/negotiate';

export const response: any = Object.create(ServerResponse.prototype);

/** An entity tag as Express makes them: the length, and the start of a SHA-1. */
export function etagOf(body: Uint8Array, isWeak: boolean): string {
  const digest = body.length === 0 ? '2jmj7l5rSw0yVb/vlWAYkK/YBwk' : base64Encode(new Uint8Array(nodeHash('sha1', body)), false, true);
  return `${isWeak ? 'W/' : ''}"${body.length.toString(16)}-${digest}"`;
}

/** JSON as the settings of the app want it. */
function jsonOf(app: any, value: unknown): string {
  const text = JSON.stringify(value, app.get('json replacer'), app.get('json spaces'));
  if (!app.get('json escape') || text === undefined) return text;
  return text.replace(/[<>&]/g, character => `\\u00${character.charCodeAt(0).toString(16)}`);
}

/** Without what could end the header, and with other characters as a URL has them. */
const urlOf = (url: string): string => encodeURI(url).replace(/%25([0-9a-f]{2})/gi, '%$1').replaceAll('%5B', '[').replaceAll('%5D', ']');

Object.assign(response, {
  status(this: any, code: number): any {
    if (!Number.isInteger(code)) throw new TypeError(`Invalid status code: ${JSON.stringify(code)}. Status code must be an integer.`);
    if (code < 200 || code > 599) throw new RangeError(`Invalid status code: ${code}. Status code must be from 200 to 599.`);
    this.statusCode = code;
    return this;
  },

  sendStatus(this: any, code: number): any {
    this.status(code).type('txt');
    return this.send(STATUS_CODES[code] ?? String(code));
  },

  set(this: any, name: any, value?: any): any {
    if (typeof name !== 'string') {
      for (const [key, one] of Object.entries(name)) this.set(key, one);
      return this;
    }
    let text = typeof value === 'string' ? value : Array.isArray(value) ? value.map(String) : String(value);
    if (name.length === 12 && name.toLowerCase() === 'content-type') {
      if (Array.isArray(text)) throw new TypeError('Content-Type cannot be set to an Array');
      text = withCharset(text);
    }
    return this.setHeader(name, text);
  },

  get(this: any, name: string): any {
    return this.getHeader(name);
  },

  append(this: any, name: string, value: any): any {
    const before = this.getHeader(name);
    return this.set(name, before === undefined ? value : [before, value].flat());
  },

  type(this: any, type: string): any {
    return this.set('Content-Type', typeOf(type) ?? 'application/octet-stream');
  },

  vary(this: any, field: string | string[]): any {
    const before = String(this.getHeader('vary') ?? '').split(',').map(one => one.trim()).filter(one => one !== '');
    const added = [field].flat().filter(one => !before.some(known => known.toLowerCase() === one.toLowerCase()));
    return this.setHeader('Vary', before.includes('*') || added.includes('*') ? '*' : [...before, ...added].join(', '));
  },

  links(this: any, links: Record<string, string | string[]>): any {
    const list = Object.entries(links).flatMap(([rel, urls]) => [urls].flat().map(url => `<${url}>; rel="${rel}"`));
    const before = this.getHeader('link');
    return this.set('Link', [...(before === undefined ? [] : [before]), ...list].join(', '));
  },

  location(this: any, url: string): any {
    return this.set('Location', urlOf(String(url)));
  },

  json(this: any, value: unknown): any {
    const text = jsonOf(this.app, value);
    if (!this.hasHeader('content-type')) this.set('Content-Type', 'application/json');
    return this.send(text);
  },

  jsonp(this: any, value: unknown): any {
    const callback = [this.req.query[this.app.get('jsonp callback name')]].flat()[0];
    if (typeof callback !== 'string' || callback === '') return this.json(value);
    const text = (jsonOf(this.app, value) ?? '').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
    const name = callback.replace(/[^[\]\w$.]/g, '');
    this.setHeader('X-Content-Type-Options', 'nosniff');
    this.set('Content-Type', 'text/javascript');
    return this.send(`/**/ typeof ${name} === 'function' && ${name}(${text});`);
  },

  send(this: any, body?: any): any {
    let bytes: Buffer | Uint8Array | undefined;
    if (typeof body === 'string') {
      const type = this.getHeader('content-type');
      this.setHeader('Content-Type', asUtf8(type === undefined ? 'text/html' : String(type)));
      bytes = Buffer.from(body);
    } else if (ArrayBuffer.isView(body)) {
      if (!this.hasHeader('content-type')) this.type('bin');
      bytes = Buffer.from(body.buffer as ArrayBuffer, body.byteOffset, body.byteLength);
    } else if (body === null) bytes = Buffer.from('');
    else if (body !== undefined) return this.json(body);
    if (bytes !== undefined) {
      this.setHeader('Content-Length', bytes.length);
      const etag = this.app.get('etag fn');
      if (etag !== undefined && !this.hasHeader('etag')) this.setHeader('ETag', etag(bytes));
    }
    if (this.req.fresh) this.status(304);
    if (this.statusCode === 204 || this.statusCode === 304) {
      for (const name of ['Content-Type', 'Content-Length', 'Transfer-Encoding']) this.removeHeader(name);
      return this.end();
    }
    if (this.statusCode === 205) {
      this.setHeader('Content-Length', '0');
      this.removeHeader('Transfer-Encoding');
      return this.end();
    }
    if (this.req.method === 'HEAD' || bytes === undefined) return this.end();
    // Text goes as it is; its bytes were made for the length and the tag.
    return typeof body === 'string' ? this.end(body, 'utf8') : this.end(bytes);
  },

  redirect(this: any, first: any, second?: any): any {
    const [status, url] = second === undefined ? [302, first] : [first, second];
    if (typeof url !== 'string') throw new TypeError('res.redirect() needs a URL');
    this.location(url);
    const target = this.getHeader('Location');
    const said = STATUS_CODES[status] ?? String(status);
    this.status(status).format({
      text: () => this.end(`${said}. Redirecting to ${target}`),
      html: () => this.end(`<!DOCTYPE html><head><title>${said}</title></head><body><p>${said}. Redirecting to ${escapeHtml(target)}</p></body>`),
      default: () => this.end(),
    });
    return this;
  },

  format(this: any, choices: Record<string, () => unknown>): any {
    const { default: other, ...offers } = choices;
    const keys = Object.keys(offers);
    const key = keys.length > 0 ? this.req.accepts(keys) : false;
    this.vary('Accept');
    if (key !== false) {
      this.set('Content-Type', typeOf(key) ?? key);
      offers[key].call(this, this.req, this, this.req.next);
    } else if (other !== undefined) other.call(this, this.req, this, this.req.next);
    else this.req.next(Object.assign(new Error('Not Acceptable'), { status: 406, statusCode: 406, types: keys }));
    return this;
  },

  attachment(this: any, filename?: string): any {
    if (filename === undefined) return this.set('Content-Disposition', 'attachment');
    const name = filename.replace(/^.*[/\\]/, '');
    if (typeOf(name) !== undefined && name.includes('.')) this.type(name);
    return this.set('Content-Disposition', dispositionOf(name));
  },

  cookie(this: any, name: string, value: any, options: any = {}): any {
    return this.append('Set-Cookie', cookieOf(name, value, options, this.req.secret));
  },

  clearCookie(this: any, name: string, options: any = {}): any {
    const { maxAge: _, ...others } = options;
    return this.cookie(name, '', { path: '/', ...others, expires: new Date(1) });
  },

  sendFile(this: any, path: string, options?: any, done?: any): void {
    const [settings, after] = typeof options === 'function' ? [{}, options] : [options ?? {}, done];
    sendFile(this.req, this, path, settings).then(() => after?.(), (error: any) => (after === undefined ? this.req.next(error) : after(error)));
  },

  download(this: any, path: string, filename?: any, options?: any, done?: any): void {
    const after = [filename, options, done].find(one => typeof one === 'function');
    const name = typeof filename === 'string' ? filename : path;
    const settings = [filename, options].find(one => typeof one === 'object' && one !== null) ?? {};
    const headers = { ...settings.headers, 'Content-Disposition': dispositionOf(name.replace(/^.*[/\\]/, '')) };
    this.sendFile(settings.root === undefined ? resolve(path) : path, { ...settings, headers }, after);
  },

  render(): never {
    throw notAvailable('res.render() of the built-in express', 'send text, or install the package express with an engine for views');
  },
});
response.contentType = response.type;
response.header = response.set;

/** https://www.rfc-editor.org/rfc/rfc6266 */
function dispositionOf(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]/g, '?').replace(/(["\\])/g, '\\$1');
  const quoted = /^[\w!#$%&'*+.^`|~-]+$/.test(plain) ? `filename=${plain}` : `filename="${plain}"`;
  const extended = plain.replaceAll('\\', '') === name ? '' : `; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)}`;
  return `attachment; ${quoted}${extended}`;
}
