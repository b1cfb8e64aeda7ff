import type { Contract } from './contract.ts';

/** A person who listens. */
export const users: Contract = {
  dataset: 'users',
  ruleVersion: 1,
  columns: [
    { name: 'user_id', required: true, type: 'text' },
    { name: 'user_name', required: true, type: 'text' },
    { name: 'user_age', required: true, type: 'integer', min: 0, max: 130 },
    { name: 'user_country', required: true, type: 'text' },
    { name: 'created_at', required: true, type: 'date-or-time' },
  ],
};
