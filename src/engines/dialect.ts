/** The few places where the engines' SQL differs. */
export interface Dialect {
  readonly name: string;
}
