/** What a file's second delivery under the same name, with other bytes, means. */
export const ON_SAME_NAME = ['append', 'replace', 'reject'] as const;
export type OnSameName = (typeof ON_SAME_NAME)[number];

/** Everything a lake's pipeline needs to know, after flags, variables, file and defaults are merged. */
export interface HitparadeConfig {
  /** A directory (absolute) or `file:` URL. */
  readonly lake: string;
  /** Undefined: the embedded tables under `<lake>/.hitparade/`. */
  readonly dynamodbEndpoint?: string;
  readonly region?: string;
  /** Put before every table name. */
  readonly tablePrefix: string;
  readonly engine: 'duckdb';
  /** As DuckDB writes it, for example `1GB`; bounds the engine, not the whole process. */
  readonly memoryLimit: string;
  readonly threads: number;
  readonly onSameName: OnSameName;
}
