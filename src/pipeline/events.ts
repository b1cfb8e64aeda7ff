import type { Dataset } from '../contracts/contract.ts';
import type { DateReport, FileReport } from './reports.ts';

/** The stages, by the names that operators know, in their order. */
export const STAGES = [
  'wait_for_stream',
  'check_if_processed',
  'validate_users',
  'validate_songs',
  'validate_streams',
  'transform_data',
  'load_to_dynamodb',
  'mark_as_processed',
  'archive_stream_file',
] as const;
export type StageName = (typeof STAGES)[number];

/** What a run tells those who watch it. */
export type PipelineEvent =
  | { readonly type: 'run_started'; readonly run: string; readonly files: number; readonly bytes: number }
  | {
      readonly type: 'progress';
      /** Of a run, or a verification. */
      readonly stage: StageName | 'verify';
      /** The file, object or date at work. */
      readonly subject: string;
      /** Units done and in all: bytes of all files for the validate stages, dates for the others. */
      readonly done: number;
      readonly total: number;
      readonly unit: 'bytes' | 'dates' | 'files';
      /** Records seen so far in this run. */
      readonly rows: number;
    }
  | { readonly type: 'file'; readonly report: FileReport }
  | { readonly type: 'date'; readonly report: DateReport }
  | {
      readonly type: 'notice';
      readonly dataset?: Dataset;
      readonly subject: string;
      readonly message: string;
      /** Another runner has the file, so it is in good hands. */
      readonly heldElsewhere?: true;
    }
  | { readonly type: 'run_finished'; readonly run: string; readonly seconds: number };

export type Observer = (event: PipelineEvent) => void;
