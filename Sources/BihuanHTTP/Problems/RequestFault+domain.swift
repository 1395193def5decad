import BihuanDomain

extension RequestFault {
    /// A field that the rules of the procedure found wrong.
    init(_ fault: FieldFault) {
        // A field of a form is `fields.<key>`.
        let place = Place.body(fault.field.split(separator: ".").reduce(JSONPointer()) { $0.member(String($1)) })
        switch fault.rule {
        case .required:
            self.init(place, "field.missing", Phrase(zh: fault.detail, en: "This field is required."))
        case .tooLong(let most):
            self.init(place, "text.too_long", Phrase(zh: fault.detail, en: "At most \(most) characters."))
        case .tooShort(let least):
            self.init(place, "text.too_short", Phrase(zh: fault.detail, en: "At least \(least) characters."))
        case .tooMany(let most):
            self.init(place, "list.too_long", Phrase(zh: fault.detail, en: "At most \(most) of them."))
        case .controlCharacter:
            self.init(place, "text.control", Phrase(zh: fault.detail, en: "It holds a control character."))
        case .notNFC:
            self.init(place, "text.not_nfc", Phrase(zh: fault.detail, en: "It must be in Unicode normal form C."))
        case .unknownValue(let values):
            self.init(
                place,
                "choice.unknown",
                Phrase(zh: fault.detail, en: "One of: \(values.joined(separator: ", ")).")
            )
        case .unknownUnit:
            self.init(place, "unit.unknown", Phrase(zh: fault.detail, en: "There is no such unit."))
        case .notDirectlyBelow:
            self.init(
                place,
                "unit.not_directly_below",
                Phrase(zh: fault.detail, en: "It must be a unit directly below.")
            )
        case .disabledUnit:
            self.init(place, "unit.disabled", Phrase(zh: fault.detail, en: "The unit is disabled."))
        case .badTime:
            self.init(place, "time.malformed", Phrase(zh: fault.detail, en: "This is no time with an offset."))
        case .inTheFuture:
            self.init(place, "time.future", Phrase(zh: fault.detail, en: "It must not lie in the future."))
        case .badLink:
            self.init(place, "link.malformed", Phrase(zh: fault.detail, en: "It must be an http or https link."))
        case .badLimit:
            self.init(place, "limit.malformed", Phrase(zh: fault.detail, en: "A time such as PT4H, P2WD or PT8WH."))
        case .notFound:
            self.init(place, "reference.not_found", Phrase(zh: fault.detail, en: "There is none."))
        case .other(let code, let text):
            if let code = LeadFault.Code(rawValue: code) {
                self.init(place, code, text)
            } else {
                self.init(place, "field.\(code)", Phrase(zh: text, en: "The rule `\(code)` is broken."))
            }
        }
    }

    /// A field that makes a lead unfit to be kept.
    private init(_ place: Place, _ code: LeadFault.Code, _ detail: String) {
        switch code {
        case .missing:
            self.init(place, "field.missing", Phrase(zh: detail, en: "This field is required."))
        case .tooLong:
            self.init(place, "text.too_long", Phrase(zh: detail, en: "The text is too long."))
        case .controlCharacter:
            self.init(place, "text.control", Phrase(zh: detail, en: "It holds a control character."))
        case .notPlain:
            self.init(
                place,
                "text.not_plain",
                Phrase(zh: detail, en: "A reference holds no blanks, nothing invisible, and is in normal form C.")
            )
        case .notALabel:
            self.init(
                place,
                "text.not_a_label",
                Phrase(zh: detail, en: "Lower-case letters, digits and hyphens, a letter first.")
            )
        case .notALink:
            self.init(place, "link.malformed", Phrase(zh: detail, en: "It must be an http or https link."))
        case .notATime:
            self.init(place, "time.malformed", Phrase(zh: detail, en: "This is no time with an offset."))
        case .tooEarly:
            self.init(place, "time.range", Phrase(zh: detail, en: "The time lies before 1900."))
        case .inTheFuture:
            self.init(
                place,
                "time.future",
                Phrase(zh: detail, en: "The time lies more than a day in the future.")
            )
        case .stateSecret:
            self.init(place, "text.state_secret", Phrase(zh: detail, en: "State secrets do not belong here."))
        case .notInTable:
            self.init(place, "choice.unknown", Phrase(zh: detail, en: "The value is not in the table."))
        }
    }
}
