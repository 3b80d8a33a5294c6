// util.parseArgs: options and positionals of a command line.

import { nodeError } from 'cronflow:internal/node/errors';

interface Option {
  type: 'string' | 'boolean';
  short?: string;
  multiple?: boolean;
  default?: unknown;
}

export interface Config {
  args?: string[];
  options?: Record<string, Option>;
  strict?: boolean;
  allowPositionals?: boolean;
  allowNegative?: boolean;
}

export function parseArgs(config: Config = {}): { values: any; positionals: string[] } {
  const { options = {}, strict = true, allowNegative = false } = config;
  const allowPositionals = config.allowPositionals ?? !strict;
  const values: any = Object.create(null);
  const positionals: string[] = [];
  const rest = [...(config.args ?? (globalThis as any).process.argv.slice(2))];

  const store = (name: string, value: string | undefined, shown: string) => {
    const negated = allowNegative && name.startsWith('no-') && !(name in options) ? name.slice(3) : undefined;
    const option = options[negated ?? name];
    if (option === undefined && strict) throw nodeError('ERR_PARSE_ARGS_UNKNOWN_OPTION', `Unknown option '${shown}'`, TypeError);
    let given: unknown = value ?? true;
    if (negated !== undefined) given = false;
    else if (option?.type === 'string' && value === undefined) {
      if (rest.length === 0 || (rest[0]!.startsWith('-') && strict)) {
        throw nodeError('ERR_PARSE_ARGS_INVALID_OPTION_VALUE', `Option '${shown} <value>' argument missing`, TypeError);
      }
      given = rest.shift();
    } else if (option?.type === 'boolean' && value !== undefined && strict) {
      throw nodeError('ERR_PARSE_ARGS_INVALID_OPTION_VALUE', `Option '${shown}' does not take an argument`, TypeError);
    }
    const key = negated ?? name;
    if (option?.multiple) (values[key] ??= []).push(given);
    else values[key] = given;
  };

  while (rest.length > 0) {
    const argument = rest.shift()!;
    if (argument === '--') {
      positionals.push(...rest.splice(0));
    } else if (argument.startsWith('--')) {
      const equals = argument.indexOf('=');
      const name = argument.slice(2, equals < 0 ? undefined : equals);
      store(name, equals < 0 ? undefined : argument.slice(equals + 1), `--${name}`);
    } else if (argument.startsWith('-') && argument.length > 1) {
      shorts(argument, options, store);
    } else {
      positionals.push(argument);
    }
  }
  if (!allowPositionals && positionals.length > 0) {
    throw nodeError('ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL', `Unexpected argument '${positionals[0]}'. This command does not take positional arguments`, TypeError);
  }
  for (const [name, option] of Object.entries(options)) if (option.default !== undefined && !(name in values)) values[name] = option.default;
  return { values, positionals };
}

/** `-abc`, `-n5`. */
function shorts(argument: string, options: Record<string, Option>, store: (name: string, value: string | undefined, shown: string) => void): void {
  for (let index = 1; index < argument.length; index++) {
    const letter = argument[index]!;
    const name = Object.keys(options).find(key => options[key]!.short === letter) ?? letter;
    if (options[name]?.type === 'string') {
      store(name, argument.slice(index + 1) || undefined, `-${letter}`);
      return;
    }
    store(name, undefined, `-${letter}`);
  }
}
