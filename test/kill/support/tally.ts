/** Counts what a suite tried, and prints it: a suite that tried nothing must not look like one that passed. */
export class Tally {
  readonly #title: string;
  readonly #counts = new Map<string, Map<string, number>>();

  constructor(title: string) {
    this.#title = title;
  }

  add(group: string, name: string): void {
    const counts = this.#counts.get(group) ?? new Map<string, number>();
    counts.set(name, (counts.get(name) ?? 0) + 1);
    this.#counts.set(group, counts);
  }

  total(group: string): number {
    return [...(this.#counts.get(group)?.values() ?? [])].reduce((sum, count) => sum + count, 0);
  }

  print(): void {
    const lines = [...this.#counts].map(([group, counts]) => {
      const parts = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, n]) => `${name} ${n}`);
      return `  ${group} (${this.total(group)}): ${parts.join(', ')}\n`;
    });
    process.stdout.write(`${this.#title}\n${lines.join('')}`);
  }
}
