import type { Contract } from './contract.ts';

/** A track under one genre. A track with several genres has a row for each. */
export const songs: Contract = {
  dataset: 'songs',
  ruleVersion: 1,
  columns: [
    { name: 'track_id', required: true, type: 'text' },
    { name: 'track_name', required: true, type: 'text' },
    { name: 'track_genre', required: true, type: 'text' },
    // The upper bound (24 days) keeps every sum of play times within 64 bits.
    { name: 'duration_ms', required: true, type: 'integer', min: 1, max: 2_147_483_647 },
    { name: 'artists', required: false, type: 'text' },
    { name: 'album_name', required: false, type: 'text' },
    { name: 'popularity', required: false, type: 'integer' },
    { name: 'explicit', required: false, type: 'boolean' },
    { name: 'danceability', required: false, type: 'decimal' },
    { name: 'energy', required: false, type: 'decimal' },
    { name: 'key', required: false, type: 'integer' },
    { name: 'loudness', required: false, type: 'decimal' },
    { name: 'mode', required: false, type: 'integer' },
    { name: 'speechiness', required: false, type: 'decimal' },
    { name: 'acousticness', required: false, type: 'decimal' },
    { name: 'instrumentalness', required: false, type: 'decimal' },
    { name: 'liveness', required: false, type: 'decimal' },
    { name: 'valence', required: false, type: 'decimal' },
    { name: 'tempo', required: false, type: 'decimal' },
    { name: 'time_signature', required: false, type: 'integer' },
  ],
};
