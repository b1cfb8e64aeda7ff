import { readFileSync, readdirSync } from 'node:fs';
import { clearInterval, setInterval } from 'node:timers';

const SAMPLE_MS = 50;
/** Looking for new processes costs more than looking at known ones. */
const SAMPLES_A_SEARCH = 4;
const PAGE_BYTES = 4096;
const TICKS_A_SECOND = 100;

/**
 * @typedef {object} TreeUse
 * @property {number} cpuSeconds of all its processes, as far as they were seen
 * @property {number} heldBytes most resident memory of the tree at one look
 * @property {number} peakBytes the kernel's peaks of the processes that lived together, added up: exact for one
 *   process, otherwise never less than what they held at once
 */

/** @param {string} file */
function readProc(file) {
  try {
    return readFileSync(`/proc/${file}`, 'utf8');
  } catch {
    // It ended between two looks.
    return undefined;
  }
}

/**
 * Fields of /proc/<pid>/stat after the name, which may hold blanks and brackets.
 * @param {string} text
 */
const statFields = (text) => text.slice(text.lastIndexOf(')') + 2).split(' ');

/** @param {readonly (string | undefined)[]} fields */
const ticks = (...fields) => fields.reduce((all, field) => all + Number(field), 0);

/** @returns {Map<number, number[]>} */
function childrenOfAll() {
  const children = new Map();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = readProc(`${entry}/stat`);
    if (stat === undefined) continue;
    const parent = Number(statFields(stat)[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  return children;
}

/** CPU time of this process's children that have ended, and of theirs, exact to a hundredth of a second. */
export function endedChildrenCpuSeconds() {
  const stat = readProc('self/stat');
  if (stat === undefined) return 0;
  const fields = statFields(stat);
  return ticks(fields[13], fields[14]) / TICKS_A_SECOND;
}

/** Watches a process and all that come from it, from outside and in any language. Linux only. */
export class ProcessTree {
  /** @type {Set<number>} */
  #known;
  /** @type {Map<number, number>} */
  #cpuTicks = new Map();
  #heldBytes = 0;
  #peakBytes = 0;
  #looks = 0;
  #timer;

  /** @param {number} root */
  constructor(root) {
    this.#known = new Set([root]);
    this.#timer = setInterval(() => this.#look(), SAMPLE_MS);
    this.#look();
  }

  /** @returns {TreeUse} */
  stop() {
    clearInterval(this.#timer);
    const cpuSeconds = [...this.#cpuTicks.values()].reduce((all, one) => all + one, 0) / TICKS_A_SECOND;
    return { cpuSeconds, heldBytes: this.#heldBytes, peakBytes: this.#peakBytes };
  }

  /** Processes that outlived the first one. */
  survivors() {
    this.#search();
    return [...this.#known].filter((pid) => {
      const stat = readProc(`${pid}/stat`);
      return stat !== undefined && !['Z', 'X'].includes(statFields(stat)[0] ?? '');
    });
  }

  #search() {
    const children = childrenOfAll();
    const queue = [...this.#known];
    for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
      for (const child of children.get(pid) ?? []) {
        if (this.#known.has(child)) continue;
        this.#known.add(child);
        queue.push(child);
      }
    }
  }

  #look() {
    if (this.#looks++ % SAMPLES_A_SEARCH === 0) this.#search();
    let held = 0;
    let peak = 0;
    for (const pid of this.#known) {
      const status = readProc(`${pid}/status`);
      const stat = readProc(`${pid}/stat`);
      if (status === undefined || stat === undefined) continue;
      const fields = statFields(stat);
      held += Number(fields[21]) * PAGE_BYTES;
      peak += Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
      this.#cpuTicks.set(pid, ticks(fields[11], fields[12]));
    }
    this.#heldBytes = Math.max(this.#heldBytes, held);
    this.#peakBytes = Math.max(this.#peakBytes, peak);
  }
}
