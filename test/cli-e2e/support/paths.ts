import { join } from 'node:path';

export const PROJECT = join(import.meta.dirname, '../../..');

/**
 * Where the program under test is built: laid out as the package is, but apart from `dist/`, which whoever
 * works on the project may be building or running at the same time.
 */
export const BUILD = join(PROJECT, '.cache', 'cli-e2e');
export const PROGRAM = join(BUILD, 'dist', 'cli', 'main.js');
/** A directory for PATH in which `hitparade` is the program under test. */
export const BIN = join(BUILD, 'bin');
