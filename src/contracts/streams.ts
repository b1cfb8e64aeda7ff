import type { Contract } from './contract.ts';

/** A play: a user listened to a track at a time. */
export const streams: Contract = {
  dataset: 'streams',
  ruleVersion: 1,
  columns: [
    { name: 'user_id', required: true, type: 'text' },
    { name: 'track_id', required: true, type: 'text' },
    { name: 'listen_time', required: true, type: 'time', notBefore: '2000-01-01', maxDaysAhead: 1 },
  ],
};
