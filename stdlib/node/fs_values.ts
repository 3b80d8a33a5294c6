// What node:fs gives: Stats, Dirent, and its constants.

export const constants = {
  F_OK: 0, X_OK: 1, W_OK: 2, R_OK: 4, COPYFILE_EXCL: 1, COPYFILE_FICLONE: 2, COPYFILE_FICLONE_FORCE: 4,
  O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2, O_CREAT: 64, O_EXCL: 128, O_TRUNC: 512, O_APPEND: 1024,
  S_IFMT: 0o170000, S_IFREG: 0o100000, S_IFDIR: 0o040000, S_IFLNK: 0o120000,
};

class Kind {
  /** `file`, `dir`, `link` or `other`. Not enumerable: Node's objects do not show it. */
  declare protected _kind: string;

  constructor(kind: string) {
    Object.defineProperty(this, '_kind', { value: kind });
  }

  isFile(): boolean {
    return this._kind === 'file';
  }

  isDirectory(): boolean {
    return this._kind === 'dir';
  }

  isSymbolicLink(): boolean {
    return this._kind === 'link';
  }

  isBlockDevice(): boolean {
    return false;
  }

  isCharacterDevice(): boolean {
    return false;
  }

  isFIFO(): boolean {
    return false;
  }

  isSocket(): boolean {
    return false;
  }
}

export class Dirent extends Kind {
  name: string;
  parentPath: string;
  path: string;

  constructor(name: string, parentPath: string, kind: string) {
    super(kind);
    this.name = name;
    this.parentPath = parentPath;
    this.path = parentPath;
  }
}

/** What the native side tells of a file; times in milliseconds. */
interface Facts {
  kind: string;
  [name: string]: number | string;
}

export class Stats extends Kind {
  [name: string]: any;

  constructor(facts: Facts, isBig = false) {
    super(facts.kind);
    for (const name of ['dev', 'mode', 'nlink', 'uid', 'gid', 'rdev', 'blksize', 'ino', 'size', 'blocks']) this[name] = isBig ? BigInt(facts[name]!) : facts[name];
    for (const name of ['atime', 'mtime', 'ctime', 'birthtime']) {
      const millis = Number(facts[`${name}Ms`]);
      this[`${name}Ms`] = isBig ? BigInt(Math.trunc(millis)) : millis;
      if (isBig) this[`${name}Ns`] = BigInt(Math.round(millis * 1e6));
      // Rounded, as in Node.js: entity tags are made of it.
      this[name] = new Date(Math.round(millis));
    }
  }
}
