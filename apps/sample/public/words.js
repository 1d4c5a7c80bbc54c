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
    yourCards: 'Your saved cards',
    yourCardsLead: 'Pay faster with a card you have used before.',
    gateway: 'Gateway',
    allGateways: 'All gateways',
    loading: 'Loading your cards…',
    loaded: 'Cards shown: {count}',
    emptyTitle: 'No saved cards yet',
    emptyText: 'Tick “Save my card” the next time you pay, and it will be here.',
    emptyFilterTitle: 'No card for this gateway',
    emptyFilterText: 'Choose another gateway to see your other cards.',
    errorTitle: 'We cannot show your cards right now',
    tryAgain: 'Try again',
    refresh: 'Refresh the list',
    expires: 'Expires',
    preferred: 'Preferred',
    expired: 'Expired',
    expiresSoon: 'Expires soon',
    subscription: 'Used for a subscription',
    otherCard: 'Card',
    noNumber: 'no number',
    delete: 'Delete',
    deleting: 'Deleting…',
    deleteCard: 'Delete card ending in {last4}',
    deleteCardNoNumber: 'Delete card with no number',
    deleteTitle: 'Delete the card ending in {last4}?',
    deleteTitleNoNumber: 'Delete the card with no number?',
    deleteText: 'You can save it again the next time you pay.',
    keep: 'Keep',
    deleted: 'The card ending in {last4} was deleted.',
    deletedNoNumber: 'The card with no number was deleted.',
    nextTime: 'Next time you pay',
    nextTimeLead: 'We offer this card first. You can always choose another.',
    pay: 'Pay and save a new card',
    newTab: '(opens in a new tab)',
    saved: 'The card ending in {last4} is saved now.',
    savedNoNumber: 'The card with no number is saved now.',
    savedElsewhere: 'Your cards have changed. Choose “All gateways” to see them all.',
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
    busy: 'Many people are asking at the moment. Please try again later.',
    busyFor: 'Many people are asking at the moment. Please try again in {seconds} seconds.',
    provider_timeout: 'The answer took too long. Your cards are safe, please try again.',
    provider_unavailable: 'Our payment partner does not answer at the moment. Your cards are safe.',
    tooFast: 'That was a little fast. Please try again in {seconds} seconds.',
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
    yourCards: 'بطاقاتك المحفوظة',
    yourCardsLead: 'ادفع أسرع ببطاقة استخدمتها من قبل.',
    gateway: 'بوابة الدفع',
    allGateways: 'كل البوابات',
    loading: 'جارٍ تحميل بطاقاتك…',
    loaded: 'عدد البطاقات المعروضة: {count}',
    emptyTitle: 'لا بطاقات محفوظة بعد',
    emptyText: 'اختر «حفظ البطاقة» عند الدفع القادم وستجدها هنا.',
    emptyFilterTitle: 'لا بطاقة لهذه البوابة',
    emptyFilterText: 'اختر بوابة أخرى لترى بطاقاتك الأخرى.',
    errorTitle: 'لا يمكننا عرض بطاقاتك الآن',
    tryAgain: 'حاول مرة أخرى',
    refresh: 'تحديث القائمة',
    expires: 'تنتهي في',
    preferred: 'المفضلة',
    expired: 'منتهية',
    expiresSoon: 'تنتهي قريبًا',
    subscription: 'مستخدمة في اشتراك',
    otherCard: 'بطاقة',
    noNumber: 'بلا رقم',
    delete: 'حذف',
    deleting: 'جارٍ الحذف…',
    deleteCard: 'حذف البطاقة المنتهية بالرقم {last4}',
    deleteCardNoNumber: 'حذف البطاقة التي بلا رقم',
    deleteTitle: 'هل تريد حذف البطاقة المنتهية بالرقم {last4}؟',
    deleteTitleNoNumber: 'هل تريد حذف البطاقة التي بلا رقم؟',
    deleteText: 'يمكنك حفظها من جديد عند الدفع بها مرة أخرى.',
    keep: 'إبقاء',
    deleted: 'حُذفت البطاقة المنتهية بالرقم {last4}.',
    deletedNoNumber: 'حُذفت البطاقة التي بلا رقم.',
    nextTime: 'عند الدفع القادم',
    nextTimeLead: 'نعرض عليك هذه البطاقة أولًا، ويمكنك دائمًا اختيار غيرها.',
    pay: 'ادفع واحفظ بطاقة جديدة',
    newTab: '(يُفتح في تبويب جديد)',
    saved: 'حُفظت البطاقة المنتهية بالرقم {last4}.',
    savedNoNumber: 'حُفظت البطاقة التي بلا رقم.',
    savedElsewhere: 'تغيّرت بطاقاتك. اختر «كل البوابات» لتراها كلها.',
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
    wire: 'ما يمر عبر الشبكة',
    api: 'واجهة البرمجة',
    card_locked: 'هذه البطاقة تدفع لاشتراك. اختر بطاقة أخرى للاشتراك أولًا.',
    card_not_found: 'لم تعد هذه البطاقة محفوظة. حدّث القائمة لترى بطاقاتك.',
    delete_outcome_unknown: 'لا نعرف بعد هل حُذفت البطاقة. حدّث القائمة لتتأكد.',
    busy: 'الطلبات كثيرة الآن. يُرجى المحاولة لاحقًا.',
    busyFor: 'الطلبات كثيرة الآن. يُرجى المحاولة بعد {seconds} ثانية.',
    provider_timeout: 'تأخر الرد كثيرًا. بطاقاتك بأمان، حاول مرة أخرى.',
    provider_unavailable: 'شريك الدفع لا يجيب الآن. بطاقاتك بأمان.',
    tooFast: 'كان ذلك سريعًا. يُرجى المحاولة بعد {seconds} ثانية.',
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

let language = localStorage.getItem('language') === 'ar' ? 'ar' : 'en';

/** The sentence in the page's language, with `{name}` filled in. */
export function word(key, values = {}) {
  return WORDS[language][key].replaceAll(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Sentences of a card with a number, and of one without: `deleteCard`, `deleteCardNoNumber`. */
export function cardWord(key, { last4 }) {
  return last4 === null ? word(`${key}NoNumber`) : word(key, { last4 });
}

/** What a customer is told of a failed request. */
export function failureWord({ errorCode, status, retryAfterS }) {
  if (status === 0) return word('offline');
  if (status === 429) return word('tooFast', { seconds: retryAfterS ?? 60 });
  if (errorCode === 'busy' && retryAfterS !== undefined) return word('busyFor', { seconds: retryAfterS });
  return word(errorCode in WORDS[language] ? errorCode : 'other');
}

/** `MASTERCARD` as its owner writes it; brands are an open set. */
export function brandName(brand) {
  return brand === null ? word('otherCard') : (BRANDS[brand] ?? brand);
}

/** `credit-card` as people write it. */
export function gatewayName(pgCode) {
  const spaced = pgCode.replaceAll(/[-_]+/g, ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
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
