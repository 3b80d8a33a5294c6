// node:child_process: other programs, for those who were started with --allow-run.
//
// A program ends with the step that started it. Of the environment it sees what workflow code sees,
// and PATH, HOME, USER, LANG, LC_ALL and TMPDIR.

import { programKill, programPid, programRead, programRun, programStart, programWait, programWrite } from 'cronflow:internal/ops';
import { Buffer } from 'node:buffer';
import { EventEmitter } from 'node:events';
import os from 'node:os';
import process from 'node:process';
import { Readable, Writable } from 'node:stream';
import { invalidArgument, nodeError, notAvailable } from 'cronflow:internal/node/errors';

/** Output that exec and the synchronous functions take, unless `maxBuffer` says otherwise. */
const MAX_BUFFER = 1024 * 1024;
/** More is not taken, whatever is asked for. */
const MOST_BUFFER = 64 * 1024 * 1024;
const SHELL = '/bin/sh';
const SIGNALS: Record<string, number> = os.constants.signals;
const TERMINATE = SIGNALS.SIGTERM!;

function signalNumber(signal: any): number {
  const number = typeof signal === 'number' ? signal : SIGNALS[String(signal ?? 'SIGTERM').toUpperCase()];
  if (number === undefined) throw nodeError('ERR_UNKNOWN_SIGNAL', `Unknown signal: ${signal}`, TypeError);
  return number;
}

interface Launch {
  command: string;
  name: string;
  args: string[];
  env: string[];
  cwd: string | undefined;
}

function launchOf(file: any, args: string[], options: any): Launch {
  if (typeof file !== 'string' || file === '') throw invalidArgument('file', 'a non-empty string', file);
  if (options.detached) throw notAvailable('a detached program', 'a program ends with the step that started it; let the service manager run what must live longer');
  if (options.uid !== undefined || options.gid !== undefined) throw notAvailable('starting a program as another user');
  const cwd = options.cwd instanceof URL ? decodeURIComponent(options.cwd.pathname) : options.cwd;
  const env: string[] = [];
  for (const [name, value] of Object.entries(options.env ?? { ...process.env })) if (value !== undefined) env.push(name, String(value));
  const words = args.map(String);
  if (!options.shell) return { command: file, name: String(options.argv0 ?? file), args: words, env, cwd };
  const shell = typeof options.shell === 'string' ? options.shell : SHELL;
  return { command: shell, name: shell, args: ['-c', [file, ...words].join(' ')], env, cwd };
}

/** The arguments of spawn and its kin, which may leave out the list. */
function given(args: any, options: any): [string[], any] {
  if (Array.isArray(args)) return [args, options ?? {}];
  if (args === undefined || args === null) return [[], options ?? {}];
  if (typeof args !== 'object') throw invalidArgument('args', 'an instance of Array', args);
  return [[], args];
}

function bufferLimit(options: any): number {
  const limit = options.maxBuffer ?? MAX_BUFFER;
  if (typeof limit !== 'number' || !(limit >= 0)) throw nodeError('ERR_OUT_OF_RANGE', `The value of "options.maxBuffer" is out of range. It must be a positive number. Received ${limit}`, RangeError);
  return Math.min(limit, MOST_BUFFER);
}

type Fate = 'pipe' | 'ignore' | 'inherit';

function fates(stdio: any): [Fate, Fate, Fate] {
  const list = Array.isArray(stdio) ? stdio : [stdio, stdio, stdio];
  if (list.length > 3) throw notAvailable('more than three pipes to a program');
  return [0, 1, 2].map(index => {
    const fate = list[index] ?? 'pipe';
    if (fate === index) return 'inherit';
    if (!['pipe', 'ignore', 'inherit', 'overlapped'].includes(fate)) throw notAvailable(`stdio: ${String(fate)}`, "use 'pipe', 'ignore' or 'inherit'");
    return fate === 'overlapped' ? 'pipe' : fate;
  }) as [Fate, Fate, Fate];
}

export class ChildProcess extends EventEmitter {
  pid: number | undefined;
  exitCode: number | null = null;
  signalCode: string | null = null;
  killed = false;
  connected = false;
  stdin: any = null;
  stdout: any = null;
  stderr: any = null;
  stdio: any[] = [];
  spawnfile = '';
  spawnargs: string[] = [];
  private _program: any;

  /** Starts it; a program that is not there is an `error` event, one that is not allowed an exception. */
  _start(launch: Launch, stdio: [Fate, Fate, Fate]): void {
    this.spawnfile = launch.command;
    this.spawnargs = [launch.name, ...launch.args];
    try {
      this._program = programStart(launch);
    } catch (error: any) {
      if (error?.syscall === undefined) throw error;
      this._open(stdio);
      error.spawnargs = launch.args;
      queueMicrotask(() => {
        this.exitCode = -2;
        this.emit('error', error);
        for (const stream of [this.stdout, this.stderr]) stream?.push(null);
        this.emit('close', -2, null);
      });
      return;
    }
    this.pid = programPid(this._program);
    const open = this._open(stdio);
    queueMicrotask(() => this.emit('spawn'));
    void this._watch(open);
  }

  kill(signal?: any): boolean {
    const number = signalNumber(signal);
    if (this._program === undefined || this.exitCode !== null || this.signalCode !== null) return false;
    const heard = programKill(this._program, number);
    if (heard && number !== 0) this.killed = true;
    return heard;
  }

  ref(): void {}
  unref(): void {}

  send(): never {
    throw notAvailable('a message channel to a program');
  }

  disconnect(): void {}

  [Symbol.dispose](): void {
    this.kill();
  }

  /** The ends of both outputs. */
  private _open([input, output, errors]: [Fate, Fate, Fate]): Promise<void>[] {
    const program = this._program;
    if (input === 'pipe') this.stdin = inputOf(program);
    else if (program !== undefined) void programWrite(program, null);
    const ends: Promise<void>[] = [];
    const outputOf = (fate: Fate, number: 1 | 2): any => {
      if (fate === 'pipe') {
        const stream = pipeOf(program, number);
        if (program !== undefined) ends.push(new Promise(resolve => stream.once('close', () => resolve())));
        return stream;
      }
      if (program !== undefined) ends.push(drain(program, number, fate === 'inherit' ? (number === 1 ? process.stdout : process.stderr) : undefined));
      return null;
    };
    this.stdout = outputOf(output, 1);
    this.stderr = outputOf(errors, 2);
    this.stdio = [this.stdin, this.stdout, this.stderr];
    return ends;
  }

  private async _watch(open: Promise<void>[]): Promise<void> {
    const [code, signal] = await programWait(this._program);
    [this.exitCode, this.signalCode] = [code, signal];
    this.stdin?.destroy();
    this.emit('exit', code, signal);
    // What nobody reads must not keep `close` away.
    for (const stream of [this.stdout, this.stderr]) if (stream !== null && !stream.readableFlowing && stream.listenerCount('readable') === 0) stream.resume();
    await Promise.all(open);
    this.emit('close', code, signal);
  }
}

function inputOf(program: any): any {
  return new Writable({
    write(chunk: any, encoding: any, done: any) {
      if (program === undefined) return done();
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
      programWrite(program, bytes).then(isRead => done(isRead ? null : nodeError('EPIPE', 'write EPIPE')), done);
    },
    final(done: any) {
      if (program === undefined) return done();
      programWrite(program, null).then(() => done(), done);
    },
  });
}

function pipeOf(program: any, number: 1 | 2): any {
  return new Readable({
    read(this: any) {
      if (program === undefined) return;
      programRead(program, number).then(piece => this.push(piece === null ? null : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)), error => this.destroy(error));
    },
  });
}

async function drain(program: any, number: 1 | 2, target: any): Promise<void> {
  for (;;) {
    const piece = await programRead(program, number);
    if (piece === null) return;
    target?.write(piece);
  }
}

/** Ends it after a time, or when a signal says so. */
function bound(child: ChildProcess, options: any): void {
  const end = (error?: any) => {
    if (child.kill(options.killSignal) && error !== undefined) child.emit('error', error);
  };
  if (options.timeout > 0) {
    const timer = setTimeout(() => end(), options.timeout);
    child.once('exit', () => clearTimeout(timer));
  }
  const { signal } = options;
  if (signal === undefined) return;
  const aborted = () => end(Object.assign(nodeError('ABORT_ERR', 'The operation was aborted', Error, { cause: signal.reason }), { name: 'AbortError' }));
  if (signal.aborted) queueMicrotask(aborted);
  else {
    signal.addEventListener('abort', aborted, { once: true });
    child.once('exit', () => signal.removeEventListener('abort', aborted));
  }
}

export function spawn(file: string, args?: any, options?: any): ChildProcess {
  const [words, chosen] = given(args, options);
  const launch = launchOf(file, words, chosen);
  const child = new ChildProcess();
  child._start(launch, fates(chosen.stdio ?? 'pipe'));
  bound(child, chosen);
  return child;
}

function failed(child: { code: number | null; signal: string | null; killed: boolean }, command: string, stderr: string): any {
  const error: any = new Error(`Command failed: ${command}\n${stderr}`);
  return Object.assign(error, { code: child.code, killed: child.killed, signal: child.signal, cmd: command });
}

/** Collects what a program prints, and calls back at its end. */
function collect(child: ChildProcess, command: string, options: any, done: any): void {
  const limit = bufferLimit(options);
  const parts: any[][] = [[], []];
  let problem: any;
  [child.stdout, child.stderr].forEach((stream, index) => {
    let size = 0;
    stream.on('data', (piece: any) => {
      const room = limit - size;
      size += piece.length;
      parts[index]!.push(room < piece.length ? piece.subarray(0, Math.max(0, room)) : piece);
      if (size > limit && problem === undefined) {
        problem = nodeError('ERR_CHILD_PROCESS_STDIO_MAXBUFFER', `${index === 0 ? 'stdout' : 'stderr'} maxBuffer length exceeded`, RangeError);
        child.kill('SIGKILL');
      }
    });
  });
  child.on('error', (error: any) => { problem ??= Object.assign(error as any, { cmd: command }); });
  child.once('close', (code: number | null, signal: string | null) => {
    const [stdout, stderr] = parts.map(list => shown(Buffer.concat(list), options.encoding ?? 'utf8'));
    const error = problem ?? (code === 0 ? null : failed({ code, signal, killed: child.killed }, command, String(stderr)));
    if (error !== null) Object.assign(error, { stdout, stderr });
    done?.(error, stdout, stderr);
  });
}

function shown(bytes: any, encoding: any): any {
  return encoding === 'buffer' || encoding === null ? bytes : bytes.toString(encoding);
}

export function execFile(file: string, ...rest: any[]): ChildProcess {
  const done = typeof rest.at(-1) === 'function' ? rest.pop() : undefined;
  const [args, options] = given(rest[0], rest[1]);
  bufferLimit(options);
  const child = spawn(file, args, { ...options, stdio: 'pipe' });
  collect(child, [file, ...args].join(' '), options, done);
  return child;
}

export function exec(command: string, ...rest: any[]): ChildProcess {
  const done = typeof rest.at(-1) === 'function' ? rest.pop() : undefined;
  const options = rest[0] ?? {};
  if (typeof command !== 'string') throw invalidArgument('command', 'of type string', command);
  bufferLimit(options);
  const child = spawn(command, [], { ...options, shell: options.shell ?? true, stdio: 'pipe' });
  collect(child, command, options, done);
  return child;
}

/** What `util.promisify` gives: both outputs, and the child on the promise. */
for (const start of [exec, execFile] as any[]) {
  Object.defineProperty(start, Symbol.for('nodejs.util.promisify.custom'), {
    value: (...args: any[]) => {
      let child: any;
      const promise = new Promise((resolve, reject) => {
        child = start(...args, (error: any, stdout: any, stderr: any) => (error === null ? resolve({ stdout, stderr }) : reject(error)));
      });
      return Object.assign(promise, { child });
    },
  });
}

export function spawnSync(file: string, args?: any, options?: any): any {
  const [words, chosen] = given(args, options);
  const launch = launchOf(file, words, chosen);
  const [, output, errors] = fates(chosen.stdio ?? 'pipe');
  const { input } = chosen;
  const fed = input === undefined || input === null ? Buffer.alloc(0) : typeof input === 'string' ? Buffer.from(input) : input;
  const signal = signalNumber(chosen.killSignal ?? TERMINATE);
  let ended: any[];
  try {
    ended = programRun(launch, fed, chosen.timeout ?? 0, bufferLimit(chosen), signal);
  } catch (error: any) {
    if (error?.syscall === undefined) throw error;
    return { pid: 0, status: null, signal: null, output: null, stdout: null, stderr: null, error: about(error, launch) };
  }
  const [status, ending, out, err, pid, code] = ended;
  const take = (bytes: Uint8Array, fate: Fate, target: any): any => {
    if (fate === 'inherit') target.write(bytes);
    return fate === 'pipe' ? shown(Buffer.from(bytes), chosen.encoding ?? 'buffer') : null;
  };
  const [stdout, stderr] = [take(out, output, process.stdout), take(err, errors, process.stderr)];
  const result: any = { pid, status, signal: ending, output: [null, stdout, stderr], stdout, stderr };
  if (code !== undefined) result.error = about(nodeError(code, `spawnSync ${launch.command} ${code}`), launch);
  return result;
}

function about(error: any, { command, args }: Launch): any {
  return Object.assign(error, { message: error.message.replace(/^spawn /, 'spawnSync '), syscall: `spawnSync ${command}`, path: command, spawnargs: args });
}

/** What came out, or an error when the program failed. */
function checked(result: any, command: string, options: any): any {
  const stdio = options.stdio ?? 'pipe';
  // In Node.js too the errors of a program that is waited for are shown, unless they are asked for.
  if (options.stdio === undefined && result.stderr !== null) process.stderr.write(result.stderr);
  if (result.error === undefined && result.status === 0) return stdio === 'inherit' ? null : result.stdout;
  const said = result.stderr === null ? '' : String(result.stderr);
  const error = result.error ?? new Error(`Command failed: ${command}${said === '' ? '' : `\n${said}`}`);
  throw Object.assign(error, result);
}

export function execFileSync(file: string, args?: any, options?: any): any {
  const [words, chosen] = given(args, options);
  return checked(spawnSync(file, words, chosen), [file, ...words].join(' '), chosen);
}

export function execSync(command: string, options: any = {}): any {
  if (typeof command !== 'string') throw invalidArgument('command', 'of type string', command);
  return checked(spawnSync(command, [], { ...options, shell: options.shell ?? true }), command, options);
}

export function fork(): never {
  throw notAvailable('child_process.fork', 'there is no Node.js to fork: use steps that run at the same time, or spawn() another program');
}

export default { ChildProcess, exec, execFile, execFileSync, execSync, fork, spawn, spawnSync };
