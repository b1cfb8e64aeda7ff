import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { tmpdir } from 'node:os';
import type { Readable } from 'node:stream';
import { afterAll } from 'vitest';
import { BIN, PROGRAM, PROJECT } from './paths.ts';

export interface Surroundings {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Options of Node itself. */
  readonly nodeOptions?: readonly string[];
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const started = new Set<Running>();
afterAll(async () => {
  for (const running of started) await running.end();
});

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** The program, started as a person starts it. */
export class Running {
  readonly #child: Child;
  readonly #ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';

  constructor(command: string, args: readonly string[], { cwd, env = {} }: Surroundings) {
    const child = spawn(command, args, {
      cwd,
      env: { ...cleanEnvironment(cwd), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    this.#ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        resolve({ code, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
    started.add(this);
  }

  /** For what a failed test left running. */
  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  ended(): Promise<Ended> {
    return this.#ended;
  }

  kill(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  /** Resolves with the stream's text so far as soon as it contains `text`; fails if the program ends before. */
  async until(stream: 'stdout' | 'stderr', text: string): Promise<string> {
    const read = (): string => (stream === 'stdout' ? this.#stdout : this.#stderr);
    const seen = new Promise<void>((resolve) => {
      const look = (): void => {
        if (!read().includes(text)) return;
        this.#child[stream].off('data', look);
        resolve();
      };
      this.#child[stream].on('data', look);
      look();
    });
    await Promise.race([seen, this.#ended]);
    if (read().includes(text)) return read();
    throw new Error(`ended without '${text}' on ${stream}: ${JSON.stringify(await this.#ended)}`);
  }

  /** As a reader that has seen enough: `hitparade … | head -1`. */
  closeStdoutAfterFirstChunk(): void {
    const { stdout } = this.#child;
    stdout.once('data', () => stdout.destroy());
  }
}

export function start(args: readonly string[], surroundings: Surroundings): Running {
  return new Running(process.execPath, [...(surroundings.nodeOptions ?? []), PROGRAM, ...args], surroundings);
}

export function hitparade(args: readonly string[], surroundings: Surroundings): Promise<Ended> {
  return start(args, surroundings).ended();
}

/** A module's text, run by the Node that runs the tests, with this project's dependencies at hand. */
export function inlineScript(code: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  const args = ['--input-type=module', '--eval', code];
  return new Running(process.execPath, args, { cwd: PROJECT, env }).ended();
}

/** A command line as it is copied from our output into a shell. */
export function shell(line: string, surroundings: Surroundings): Promise<Ended> {
  return new Running('/bin/sh', ['-c', line], surroundings).ended();
}

/** The standard output of a command that has to go well, read as JSON. */
export async function json(args: readonly string[], surroundings: Surroundings): Promise<unknown> {
  const { code, stdout, stderr } = await hitparade([...args, '--json'], surroundings);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${String(code)}: ${stderr}`);
  return JSON.parse(stdout) as unknown;
}

/** Nothing of who runs the tests: no configuration, no credentials, no wish for colours. */
function cleanEnvironment(home: string): Record<string, string> {
  return {
    PATH: `${BIN}:${process.env['PATH'] ?? ''}`,
    HOME: home,
    TMPDIR: tmpdir(),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
