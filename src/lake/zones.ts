import type { Dataset } from '../contracts/contract.ts';

/** Every path of the lake is made here; no path literal stands elsewhere. */

export const RAW = 'raw/';
export const STAGING = '_staging/';
export const LOG = '_log/';
/** Private to this machine: embedded tables, spill files. Never part of the lake's content. */
export const PRIVATE = '.hitparade/';

export const rawPrefix = (dataset: Dataset): string => `${RAW}${dataset}/`;
export const rawKey = (dataset: Dataset, filename: string): string => `${RAW}${dataset}/${filename}`;
