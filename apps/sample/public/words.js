// Every sentence of the shop, in both of its languages.
const WORDS = {
  en: {
    shop: 'Dukkan',
    account: 'Account',
    language: 'العربية',
    signOut: 'Sign out',
    welcome: 'Welcome to Dukkan',
    chooseCustomer: 'This is a demo shop. Choose the customer you want to be.',
    signInAs: 'Sign in as',
    layla: 'Layla Haddad',
    laylaHint: 'A card of every kind',
    omar: 'Omar Nasser',
    omarHint: 'Two cards',
    sara: 'Sara Khalil',
    saraHint: 'No card yet',
    sessionEnded: 'Your session has ended. Please sign in again.',
    outdatedTitle: 'This page is out of date',
    outdatedText:
      'Somebody has signed in again in another tab of this browser. Reload the page to see the cards of whoever is signed in now.',
    reload: 'Reload the page',
    yourCards: 'Your saved cards',
    yourCardsLead: 'Pay faster with a card you have used before.',
    kind: 'Kind of card',
    allCards: 'All cards',
    'kind_credit-card': 'Credit card',
    kind_knet: 'KNET',
    kind_benefit: 'Benefit',
    kind_mada: 'mada',
    kind_other: 'Other',
    loading: 'Loading your cards…',
    loaded: 'Cards shown: {count}',
    emptyTitle: 'No saved cards yet',
    emptyText: 'Tick “Save my card” the next time you pay, and it will be here.',
    emptyFilterTitle: 'No card of this kind',
    emptyFilterText: 'Choose “All cards” to see your other cards.',
    errorTitle: 'We cannot show your cards right now',
    tryAgain: 'Try again',
    tryAgainIn: 'You can try again in {time}.',
    tryAgainNow: 'You can try again now.',
    refresh: 'Refresh the list',
    expires: 'Expires',
    preferred: 'Preferred',
    expired: 'Expired',
    expiresSoon: 'Expires soon',
    subscription: 'Used for a subscription',
    lockedNote: 'You can delete this card after you choose another one for the subscription.',
    otherCard: 'Card',
    cardNamed: 'card ending in {last4}',
    cardNamedNoNumber: 'card with no number',
    noNumber: 'no number',
    delete: 'Delete',
    deleting: 'Deleting…',
    deleteCard: 'Delete {card}',
    deletingCard: 'Deleting… {card}',
    deleteTitle: 'Delete the {card}?',
    deleteText: 'You can save it again the next time you pay.',
    keep: 'Keep',
    deleted: 'The {card} was deleted.',
    nextTime: 'Next time you pay',
    nextTimeLead: 'We offer this card first. You can always choose another.',
    offerNone: 'None of your cards can pay now. You can pay with a new one.',
    offerUnknown: 'We cannot tell right now which card we will offer first.',
    pay: 'Pay and save a new card',
    newTab: '(opens in a new tab)',
    saved: 'The {card} is saved now.',
    savedHidden: 'The {card} is saved now. Choose “All cards” to see it.',
    payTitle: 'Payment',
    payLead: 'The page of a fake Ottu. No card is real, and nothing is charged.',
    payBrand: 'Card',
    payLast4: 'Last four digits',
    paySave: 'Save my card',
    payNow: 'Pay',
    payBack: 'Back to the shop',
    paying: 'Paying…',
    paid: 'Paid. You can close this page: the shop knows already.',
    paidUntold: 'Paid, but the shop did not take the message. A saved card is listed all the same.',
    demo: 'A demo. No card here is real.',
    wire: 'What goes over the wire',
    api: 'API',
    card_locked: 'This card pays for a subscription. Choose another card for the subscription first.',
    card_not_found: 'This card is no longer saved. Refresh the list to see what is.',
    delete_outcome_unknown: 'We do not know yet whether the card was deleted. Refresh the list to see.',
    busy: 'We have sent our payment partner too many requests and must wait. Your cards are safe.',
    provider_timeout: 'The answer took too long. Your cards are safe, please try again.',
    provider_unavailable: 'Our payment partner does not answer at the moment. Your cards are safe.',
    tooFast: 'You have sent many requests in a short time. Please wait a moment.',
    offline: 'The shop cannot be reached. Are you online?',
    other: 'Something went wrong on our side. Your cards are safe.',
  },
  ar: {
    shop: 'دكّان',
    account: 'الحساب',
    language: 'English',
    signOut: 'تسجيل الخروج',
    welcome: 'أهلًا بك في دكّان',
    chooseCustomer: 'هذا متجر تجريبي. اختر العميل الذي تريد أن تكونه.',
    signInAs: 'الدخول باسم',
    layla: 'ليلى حداد',
    laylaHint: 'بطاقة من كل نوع',
    omar: 'عمر ناصر',
    omarHint: 'بطاقتان',
    sara: 'سارة خليل',
    saraHint: 'لا بطاقات بعد',
    sessionEnded: 'انتهت جلستك. يُرجى تسجيل الدخول مرة أخرى.',
    outdatedTitle: 'هذه الصفحة قديمة',
    outdatedText: 'سُجّل الدخول من جديد في تبويب آخر من هذا المتصفح. أعد تحميل الصفحة لترى بطاقات من سجّل الدخول الآن.',
    reload: 'إعادة تحميل الصفحة',
    yourCards: 'بطاقاتك المحفوظة',
    yourCardsLead: 'ادفع أسرع ببطاقة استخدمتها من قبل.',
    kind: 'نوع البطاقة',
    allCards: 'كل البطاقات',
    'kind_credit-card': 'بطاقة ائتمان',
    kind_knet: 'كي نت',
    kind_benefit: 'بنفت',
    kind_mada: 'مدى',
    kind_other: 'أخرى',
    loading: 'جارٍ تحميل بطاقاتك…',
    loaded: 'عدد البطاقات المعروضة: {count}',
    emptyTitle: 'لا بطاقات محفوظة بعد',
    emptyText: 'اختر «حفظ البطاقة» عند الدفع القادم وستجدها هنا.',
    emptyFilterTitle: 'لا بطاقة من هذا النوع',
    emptyFilterText: 'اختر «كل البطاقات» لترى بطاقاتك الأخرى.',
    errorTitle: 'لا يمكننا عرض بطاقاتك الآن',
    tryAgain: 'حاول مرة أخرى',
    tryAgainIn: 'يمكنك المحاولة مرة أخرى بعد {time}.',
    tryAgainNow: 'يمكنك المحاولة الآن.',
    refresh: 'تحديث القائمة',
    expires: 'تنتهي في',
    preferred: 'المفضلة',
    expired: 'منتهية',
    expiresSoon: 'تنتهي قريبًا',
    subscription: 'مستخدمة في اشتراك',
    lockedNote: 'يمكنك حذف هذه البطاقة بعد اختيار بطاقة أخرى للاشتراك.',
    otherCard: 'بطاقة',
    cardNamed: 'البطاقة المنتهية بالرقم {last4}',
    cardNamedNoNumber: 'البطاقة التي بلا رقم',
    noNumber: 'بلا رقم',
    delete: 'حذف',
    deleting: 'جارٍ الحذف…',
    deleteCard: 'حذف {card}',
    deletingCard: 'جارٍ الحذف… {card}',
    deleteTitle: 'هل تريد حذف {card}؟',
    deleteText: 'يمكنك حفظها من جديد عند الدفع بها مرة أخرى.',
    keep: 'إبقاء',
    deleted: 'حُذفت {card}.',
    nextTime: 'عند الدفع القادم',
    nextTimeLead: 'نعرض عليك هذه البطاقة أولًا، ويمكنك دائمًا اختيار غيرها.',
    offerNone: 'لا يمكن الدفع الآن بأي من بطاقاتك. يمكنك الدفع ببطاقة جديدة.',
    offerUnknown: 'لا نعرف الآن أي بطاقة سنعرضها أولًا.',
    pay: 'ادفع واحفظ بطاقة جديدة',
    newTab: '(يُفتح في تبويب جديد)',
    saved: 'حُفظت {card}.',
    savedHidden: 'حُفظت {card}. اختر «كل البطاقات» لتراها.',
    payTitle: 'الدفع',
    payLead: 'هذه صفحة Ottu وهمية. لا بطاقة حقيقية هنا ولا يُخصم أي مبلغ.',
    payBrand: 'البطاقة',
    payLast4: 'آخر أربعة أرقام',
    paySave: 'حفظ البطاقة',
    payNow: 'ادفع',
    payBack: 'العودة إلى المتجر',
    paying: 'جارٍ الدفع…',
    paid: 'تم الدفع. يمكنك إغلاق هذه الصفحة: المتجر يعلم بذلك.',
    paidUntold: 'تم الدفع، لكن الرسالة لم تصل إلى المتجر. ستظهر البطاقة المحفوظة في القائمة على أي حال.',
    demo: 'متجر تجريبي. لا بطاقة حقيقية هنا.',
    wire: 'ما يمر عبر الشبكة (بالإنجليزية)',
    api: 'واجهة البرمجة (بالإنجليزية)',
    card_locked: 'هذه البطاقة تدفع لاشتراك. اختر بطاقة أخرى للاشتراك أولًا.',
    card_not_found: 'لم تعد هذه البطاقة محفوظة. حدّث القائمة لترى بطاقاتك.',
    delete_outcome_unknown: 'لا نعرف بعد هل حُذفت البطاقة. حدّث القائمة لتتأكد.',
    busy: 'أرسلنا إلى شريك الدفع طلبات أكثر من المسموح، وعلينا الانتظار. بطاقاتك بأمان.',
    provider_timeout: 'تأخر الرد كثيرًا. بطاقاتك بأمان، حاول مرة أخرى.',
    provider_unavailable: 'شريك الدفع لا يجيب الآن. بطاقاتك بأمان.',
    tooFast: 'أرسلت طلبات كثيرة في وقت قصير. يُرجى الانتظار قليلًا.',
    offline: 'لا يمكن الوصول إلى المتجر. هل أنت متصل بالإنترنت؟',
    other: 'حدث خطأ من جانبنا. بطاقاتك بأمان.',
  },
};

const BRANDS = {
  VISA: 'Visa',
  MASTERCARD: 'Mastercard',
  AMEX: 'American Express',
  KNET: 'KNET',
  BENEFIT: 'Benefit',
  MADA: 'mada',
};

let language = localStorage.getItem('language') ?? firstSpoken();

/** The language that the browser asks for first, of those the shop speaks. */
function firstSpoken() {
  const spoken = navigator.languages.map((tag) => tag.split('-')[0]);
  return spoken.find((tag) => Object.hasOwn(WORDS, tag)) ?? 'en';
}

/** The sentence in the page's language, with `{name}` filled in. */
export function word(key, values = {}) {
  return WORDS[language][key].replaceAll(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A sentence about this card; where another one looks the same, with its gateway. */
export function cardWord(key, card) {
  const name = word(card.last4 === null ? 'cardNamedNoNumber' : 'cardNamed', card);
  return word(key, { card: card.hasTwin ? `${name} (${gatewayName(card)})` : name });
}

/** What a customer is told of a failed request. */
export function failureWord({ errorCode, status }) {
  if (status === 0) return word('offline');
  if (status === 429) return word('tooFast');
  return word(errorCode in WORDS[language] ? errorCode : 'other');
}

/** `24 seconds`, or minutes or hours where it is long. */
export function secondsWord(seconds) {
  const [value, unit] =
    seconds < 100 ? [seconds, 'second'] : seconds < 5_400 ? [seconds / 60, 'minute'] : [seconds / 3_600, 'hour'];
  const format = { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 };
  return new Intl.NumberFormat(`${language}-u-nu-latn`, format).format(Math.ceil(value));
}

/** `MASTERCARD` as its owner writes it; brands are an open set. */
export function brandName(brand) {
  return brand === null ? word('otherCard') : (BRANDS[brand] ?? brand);
}

/** The gateway in the customer's words; one without such words has the name that the shop's operator gave it. */
export function gatewayName({ pgCode, pgName }) {
  const key = `kind_${pgCode}`;
  return key in WORDS[language] ? word(key) : (pgName ?? pgCode);
}

export function switchLanguage() {
  language = language === 'en' ? 'ar' : 'en';
  localStorage.setItem('language', language);
}

/** Says everything in the HTML that never changes but for its language. */
export function speak() {
  document.documentElement.lang = language;
  document.documentElement.dir = language === 'ar' ? 'rtl' : 'ltr';
  document.title = word('shop');
  for (const node of document.querySelectorAll('[data-word]')) node.textContent = word(node.dataset.word);
  for (const node of document.querySelectorAll('[data-word-label]')) node.ariaLabel = word(node.dataset.wordLabel);
}
