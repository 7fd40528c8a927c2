//! Machine-readable lines of travel documents (ICAO Doc 9303, parts 3 to 5), for the invented state of Utopia (`UTO`).

use jiff::civil::Date;

use super::Holder;

/// The specimens' state in ICAO Doc 9303.
const STATE: &str = "UTO";

/// The two lines of 44 characters of a passport (Doc 9303 part 4, TD3).
pub(super) fn passport(holder: &Holder) -> [String; 2] {
    let number = fill(&holder.number, 9);
    let [birth, expiry] = [holder.born, holder.expires].map(day);
    let optional = fill("", 14);
    let [n, b, e] = [&number, &birth, &expiry].map(|field| check_digit(field));
    // An optional field that is empty may have a filler for its check digit.
    let all = check_digit(&format!("{number}{n}{birth}{b}{expiry}{e}{optional}<"));
    [
        fill(&format!("P<{STATE}{}", name(holder)), 44),
        format!("{number}{n}{STATE}{birth}{b}{}{expiry}{e}{optional}<{all}", holder.sex),
    ]
}

/// The three lines of 30 characters of a card (Doc 9303 part 5, TD1).
pub(super) fn card(holder: &Holder) -> [String; 3] {
    let number = fill(&holder.number, 9);
    let [birth, expiry] = [holder.born, holder.expires].map(day);
    let [n, b, e] = [&number, &birth, &expiry].map(|field| check_digit(field));
    let [first, second] = [fill("", 15), fill("", 11)];
    let all = check_digit(&format!("{number}{n}{first}{birth}{b}{expiry}{e}{second}"));
    [
        format!("I<{STATE}{number}{n}{first}"),
        format!("{birth}{b}{}{expiry}{e}{STATE}{second}{all}", holder.sex),
        fill(&name(holder), 30),
    ]
}

/// Surname, two fillers, given names.
fn name(holder: &Holder) -> String {
    let plain = |text: &str| text.to_ascii_uppercase().replace([' ', '-'], "<").replace('\'', "");
    format!("{}<<{}", plain(&holder.surname), plain(&holder.given))
}

/// A day as `YYMMDD`.
fn day(date: Date) -> String {
    date.strftime("%y%m%d").to_string()
}

/// As long as the field is, with fillers.
fn fill(text: &str, length: usize) -> String {
    text.chars().chain(std::iter::repeat('<')).take(length).collect()
}

/// Weights 7, 3, 1 over 0–9, A–Z as 10–35 and the filler as 0; the remainder by 10 (Doc 9303 part 3, section 4.9).
fn check_digit(field: &str) -> u32 {
    let values = field.chars().map(|sign| sign.to_digit(36).unwrap_or(0));
    values.zip([7, 3, 1].into_iter().cycle()).map(|(value, weight)| value * weight).sum::<u32>() % 10
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// The specimen holder of Doc 9303 parts 4 and 5.
    fn specimen(number: &str) -> Holder {
        Holder {
            surname: "Eriksson".to_owned(),
            given: "Anna Maria".to_owned(),
            number: number.to_owned(),
            sex: 'F',
            born: date(1974, 8, 12),
            expires: date(2012, 4, 15),
        }
    }

    #[test]
    fn the_card_of_doc_9303_part_5() {
        assert_eq!(
            card(&specimen("D23145890")),
            [
                "I<UTOD231458907<<<<<<<<<<<<<<<",
                "7408122F1204159UTO<<<<<<<<<<<6",
                "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"
            ]
        );
    }

    #[test]
    fn the_passport_of_doc_9303_part_4() {
        let [first, second] = passport(&specimen("L898902C3"));
        assert_eq!(first, "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<");
        // The published specimen has a personal number, which ours leaves out; up to there they agree.
        assert_eq!(second.len(), 44);
        assert_eq!(second[..28], *"L898902C36UTO7408122F1204159");
        assert_eq!(second[28..43], *"<<<<<<<<<<<<<<<");
    }

    #[test]
    fn check_digits_of_doc_9303_part_3() {
        assert_eq!(check_digit("520727"), 3);
        assert_eq!(check_digit("AB2134<<<"), 5);
        assert_eq!(check_digit("L898902C3674081221204159ZE184226B<<<<<1"), 0);
    }
}
