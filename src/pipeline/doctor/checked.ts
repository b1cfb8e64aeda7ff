import { asError, HitparadeError } from '../../errors.ts';
import type { DoctorCheck } from './report.ts';

export const fine = (name: string, found: string, remedy = ''): DoctorCheck => ({
  name,
  ok: true,
  found,
  remedy,
});

export const wrong = (name: string, found: string, remedy: string): DoctorCheck => ({
  name,
  ok: false,
  found,
  remedy,
});

/** A check that throws has found something: its error says what, and its hint what to do. */
export async function checked(
  name: string,
  remedy: string,
  check: () => Promise<DoctorCheck>,
): Promise<DoctorCheck> {
  try {
    return await check();
  } catch (thrown) {
    const error = asError(thrown);
    const hint = error instanceof HitparadeError ? error.hint : undefined;
    return wrong(name, error.message, hint ?? remedy);
  }
}
