import { FileRejectedError } from '../errors.ts';
import type { Column, Contract } from './contract.ts';

/** Where the contract's columns stand in a file. */
export interface HeaderMapping {
  /** For each contract column that the file has: its 0-based position. */
  readonly positions: ReadonlyMap<string, number>;
  /** Columns of the file that the contract does not know, as the header names them. */
  readonly ignored: readonly string[];
}

/**
 * Maps a contract's columns by the header's names, case-sensitively.
 * @throws FileRejectedError `missing_column` or `duplicate_column`
 */
export function mapHeader(contract: Contract, header: readonly string[]): HeaderMapping {
  const positions = new Map<string, number>();
  const known = new Set(contract.columns.map((column) => column.name));
  for (const [position, name] of header.entries()) {
    if (!known.has(name)) continue;
    if (positions.has(name)) {
      throw new FileRejectedError(
        'duplicate_column',
        `the header names column ${name} twice, so it is unclear which one to read. ` +
          `It has: ${header.join(', ')}.`,
        { hint: `Rename or remove one of the two ${name} columns and drop the file again.` },
      );
    }
    positions.set(name, position);
  }
  const missing = contract.columns.filter((column) => column.required && !positions.has(column.name));
  if (missing.length > 0) throw missingColumns(contract, header, missing);
  return { positions, ignored: header.filter((name) => !known.has(name)) };
}

function missingColumns(contract: Contract, header: readonly string[], missing: readonly Column[]): Error {
  const required = contract.columns.filter((column) => column.required).map((column) => column.name);
  const renames = missing.flatMap(({ name }) => {
    const near = nearMiss(name, header);
    return near === undefined ? [] : [`rename ${near} to ${name}`];
  });
  const names = missing.map((column) => column.name).join(', ');
  const [only = '', ...others] = header;
  const separators = Object.entries({ semicolons: ';', tabs: '\t', pipes: '|' });
  const separator = others.length > 0 ? undefined : separators.find(([, sign]) => only.includes(sign))?.[0];
  return new FileRejectedError(
    'missing_column',
    `required column${missing.length > 1 ? 's' : ''} missing: ${names}. ` +
      `The header has: ${header.length > 0 ? header.map((name) => name || '(unnamed)').join(', ') : 'nothing'}. ` +
      `${contract.dataset} files need: ${required.join(', ')}. Names are case-sensitive.`,
    {
      hint:
        separator !== undefined
          ? `Columns must be separated by commas, and this file seems to use ${separator}. Export it again with commas.`
          : renames.length > 0
            ? `Did somebody change the export? In the header, ${renames.join(' and ')}, then drop the file again.`
            : 'Add the column to the header and to every row, then drop the file again.',
    },
  );
}

/** The header's column that was most likely meant: alike but for case and separators, or two edits away. */
function nearMiss(wanted: string, header: readonly string[]): string | undefined {
  const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const distances = header
    .filter((name) => name !== '')
    .map((name) => ({ name, distance: editDistance(plain(name), plain(wanted)) }))
    .toSorted((a, b) => a.distance - b.distance);
  const best = distances[0];
  return best !== undefined && best.distance <= 2 ? best.name : undefined;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [row, letter] of Array.from(a).entries()) {
    const current = [row + 1];
    for (const [column, other] of Array.from(b).entries()) {
      const substitute = (previous[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(substitute, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
