/** A text in the two languages of the workshops. */
export interface Text {
  en: string;
  zh: string;
}

export type Lang = keyof Text;
