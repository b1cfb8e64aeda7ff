/** What a play file's second delivery under the same name, with other bytes, means. */
export const ON_SAME_NAME = ['append', 'replace', 'reject'] as const;
export type OnSameName = (typeof ON_SAME_NAME)[number];
