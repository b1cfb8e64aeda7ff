import type { Contract, Dataset } from './contract.ts';
import { songs } from './songs.ts';
import { streams } from './streams.ts';
import { users } from './users.ts';

/** Every contract; a new dataset is one file and one line here. */
export const contracts: Readonly<Record<Dataset, Contract>> = { users, songs, streams };
