import type { VerifyFinding } from './report.ts';

type Details = Omit<VerifyFinding, 'kind' | 'subject'>;

/** What was found so far, in the order in which it was found. */
export class Findings {
  readonly problems: VerifyFinding[] = [];
  readonly notes: VerifyFinding[] = [];

  problem(kind: string, subject: string, { message, remedy }: Details): void {
    this.problems.push({ kind, subject, message, remedy });
  }

  note(kind: string, subject: string, { message, remedy }: Details): void {
    this.notes.push({ kind, subject, message, remedy });
  }

  get isEmpty(): boolean {
    return this.problems.length + this.notes.length === 0;
  }

  add(other: Findings): void {
    this.problems.push(...other.problems);
    this.notes.push(...other.notes);
  }
}
