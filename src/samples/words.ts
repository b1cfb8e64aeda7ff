/** The vocabulary of made-up titles, artists and people. Any likeness is chance. */

type Words = readonly [string, ...string[]];

const words = (text: string): Words => {
  const [first = '', ...rest] = text.split(' ');
  return [first, ...rest];
};

export const ADJECTIVES = words(
  'amber blue borrowed bright broken burning careless copper crooked distant drowsy early electric empty ' +
    'fading foreign frozen gentle glass golden hidden honest hollow idle inner last late lazy little lonely ' +
    'lost lucky midnight narrow neon northern open paper patient quiet restless rusty salty second secret ' +
    'silver simple sleepless slow small southern spare stolen strange sudden tender tidal upside velvet warm ' +
    'wild winter wooden yellow',
);

export const NOUNS = words(
  'airport anchor answer apple arcade atlas avenue balcony battery bicycle bridge cable candle carnival ' +
    'castle chorus circle clock coast comet compass corner cottage diary doorway echo elevator engine ember ' +
    'feather ferry festival field fire forest fountain garden ghost harbour heart highway holiday horizon ' +
    'island kitchen ladder lantern letter library lighthouse machine magnet map marble meadow memory mirror ' +
    'monday moon motel mountain neighbour number ocean orchard paper parade passenger pavement photograph ' +
    'pilot planet postcard promise radio railway rain river rocket roof saturday sailor season shadow signal ' +
    'snow station stranger summer sunday telephone theatre thunder ticket tiger tower traffic umbrella valley ' +
    'village violin waterfall weather window winter',
);

/** Put behind a title: most need no quoting, some do. */
export const ENDINGS: Words = [
  ' - Remastered 2009',
  ' - Live',
  ' - Radio Edit',
  ' - Acústico',
  ' (feat. Noé & Zoë)',
  ', Pt. 2',
  ', Op. 9',
  ' "Demo"',
  ' (Édition spéciale)',
  ' – Überarbeitet',
];

/** Whole titles in other scripts and languages. */
export const FOREIGN_TITLES: Words = [
  'Café à minuit',
  'Corazón de papel',
  'Año nuevo, vida nueva',
  'Schöne Grüße',
  'Straße am Fluß',
  'Źdźbło trawy',
  'İstanbul gecesi',
  'Ночной поезд',
  'Тихая гавань',
  'Η θάλασσα',
  '夜のドライブ',
  '雨の駅',
  '비 오는 서울',
  '첫눈',
  '夏天的风',
  'ليل طويل',
  'Sommer 🌞',
];

export const FIRST_NAMES = words(
  'Ada Aisha Akira Ana Anders Anika Ben Bruno Carla Chen Chloé Daniel Dilan Elena Elif Emil Emma Esther Fatou ' +
    'Felix Femi Freya Gabriel Giulia Hana Hugo Ida Ines Ivan Jada Jakub Jin João José Julia Kaito Karim Kofi ' +
    'Lars Leila Liam Lina Lucía Mads Mei Mila Mohamed Naomi Nia Noah Nora Olga Omar Paula Pedro Priya Rafael ' +
    'Ravi Rosa Samir Sara Sofia Søren Tariq Thomas Tomás Uma Vera Wei Yara Yusuf Zoe',
);

export const LAST_NAMES = words(
  'Abara Adler Almeida Andersson Bauer Becker Bianchi Brandt Castro Chen Costa Cruz Dahl Demir Dubois Eriksen ' +
    "Fischer Fofana Fontaine Garcia Gomes Gruber Haddad Hansen Ito Ivanova Jansen Kaya Keller Kim Kowalska O'Neill " +
    'Lang Larsen Leroy Lindqvist Lopez Marchetti Martin Mendes Meyer Mensah Moreau Müller Nakamura Nguyen Novák ' +
    'Okafor Olsen Osei Park Patel Peeters Pereira Petrov Ramos Reyes Rossi Ruiz Sato Schmidt Silva Singh Suzuki ' +
    'Tanaka Torres Vargas Virtanen Weber Williams Wójcik Yamamoto Yilmaz Zhang',
);

/** A country as often as it stands here. */
export const COUNTRIES: Words = [
  ...(['United States', 'United States', 'United States', 'United States', 'Brazil', 'Brazil'] as const),
  ...[
    'Germany',
    'Germany',
    'United Kingdom',
    'United Kingdom',
    'France',
    'Mexico',
    'Mexico',
    'India',
    'India',
  ],
  ...['Japan', 'South Korea', 'Indonesia', 'Spain', 'Italy', 'Poland', 'Türkiye', 'Sweden', 'Netherlands'],
  ...['Nigeria', 'South Africa', 'Canada', 'Australia', 'Argentina', 'Colombia', 'Philippines', 'Ghana'],
  ...["Côte d'Ivoire", 'Norway', 'Denmark', 'Austria', 'Portugal', 'Kenya', 'Vietnam'],
];
