/// Makes a title where the source gives none.
package enum LeadTitle {
    /// The first sentence of a text on one line, cut to `limit` code points with `…` at the end where it is cut.
    ///
    /// A sentence ends at 。！？；!?; or at a line break. `content` must hold something other than blanks.
    package static func derived(from content: String, limit: Int) -> String {
        var title = String.UnicodeScalarView()
        var pendingBlank = false
        var isCut = false
        var count = 0
        for scalar in content.unicodeScalars {
            if scalar == "\n" || "。！？；!?;".unicodeScalars.contains(scalar) {
                if count > 0 { break }
                continue
            }
            if scalar.properties.isWhitespace {
                pendingBlank = count > 0
                continue
            }
            if count + (pendingBlank ? 2 : 1) > limit {
                isCut = true
                break
            }
            if pendingBlank {
                title.append(" ")
                count += 1
                pendingBlank = false
            }
            title.append(scalar)
            count += 1
        }
        if count == 0 {
            // Nothing but sentence marks: they are all there is to show.
            return String(
                String.UnicodeScalarView(content.unicodeScalars.filter { !$0.properties.isWhitespace }.prefix(limit)))
        }
        if isCut {
            if count >= limit { title.removeLast() }
            title.append("…")
        }
        return String(title)
    }
}
