/** How many records the recording's topics had in each partition, when it began. */
export const TOPICS = { 'golden-a': [6, 7, 7], 'golden-b': [8, 2, 10], 'golden-bad': [1] } as const;
